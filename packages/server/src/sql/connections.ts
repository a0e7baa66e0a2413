import postgres from 'postgres';
import type { RawRow } from './statement.ts';

const integer = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError('an integer from the database is too large for a number');
  return value;
};

/** `includes` looks for one character many times as fast as an expression does, and manifests have a thousand each. */
const isPlain = (item: unknown): boolean =>
  typeof item === 'number' || (typeof item === 'string' && !item.includes('"') && !item.includes('\\'));

/** An array literal. Batches of the gate have hundreds of ids in one, so that the plain case is the short one. */
function arrayLiteral(items: readonly unknown[]): string {
  if (items.length === 0) return '{}';
  if (items.every(isPlain)) return `{"${items.join('","')}"}`;
  const quoted = items.map((item) =>
    item === null ? 'NULL' : `"${String(item).replace(/(["\\])/g, '\\$1')}"`,
  );
  return `{${quoted.join(',')}}`;
}

/** Arrays go out as literals, so that the driver needs no look-up of array types, whose reply nobody could prove. */
const driverParameter = (value: unknown): unknown => (Array.isArray(value) ? arrayLiteral(value) : value);

const array = (oid: number, parse: (item: string) => unknown) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown) => String(value),
  // Elements here are ids, hashes and integers, which PostgreSQL never quotes; anything else asks for to_json.
  parse: (text: string): unknown[] => {
    if (text === '{}') return [];
    if (/["\\]|NULL/.test(text)) throw new RangeError('an array with quoted elements; answer with to_json');
    return text.slice(1, -1).split(',').map(parse);
  },
});

const TYPES = {
  bigint: { to: 20, from: [20], serialize: String, parse: integer },
  // JSON goes out as text that the caller wrote.
  json: { to: 114, from: [114], serialize: String, parse: (text: string): unknown => JSON.parse(text) },
  jsonb: { to: 3802, from: [3802], serialize: String, parse: (text: string): unknown => JSON.parse(text) },
  textArray: array(1009, String),
  integerArray: array(1007, integer),
  bigintArray: array(1016, integer),
};

export interface ConnectionOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** Called when a connection has closed, for whatever reason. */
  readonly onClose?: () => void;
  /** The role that every connection takes on before its first statement; absent for the owner that migrates. */
  readonly role?: string;
  readonly statementTimeoutMilliseconds: number;
}

/** A pool of the driver's. Whoever opens it ends it. */
export function connect(options: ConnectionOptions) {
  return postgres(options.url, {
    max: options.connectionsMax,
    connect_timeout: 5,
    max_lifetime: null,
    fetch_types: false,
    types: TYPES,
    onnotice: () => {},
    ...(options.onClose === undefined ? {} : { onclose: options.onClose }),
    connection: {
      application_name: 'nightlatch',
      // Left to choose, PostgreSQL plans the gate's batch anew for each one, because it knows the lengths of its arrays
      // then: 1.6 ms a statement against 0.4 ms. Every statement here is written for one plan.
      plan_cache_mode: 'force_generic_plan',
      statement_timeout: options.statementTimeoutMilliseconds,
      idle_in_transaction_session_timeout: options.statementTimeoutMilliseconds * 2,
      ...(options.role === undefined ? {} : { role: options.role }),
    },
  });
}

export type Connections = ReturnType<typeof connect>;

/** What came back: rows, how many the server says it sent, and the tag of the command that it says it ran. */
export interface Reply {
  readonly rows: readonly RawRow[];
  readonly count: number | null;
  readonly command: string;
}

/** One connection, which answers questions in their order. */
export interface Driver {
  /** @param parameters of a prepared statement; without them the text is sent as it is */
  ask(text: string, parameters?: readonly unknown[]): Promise<Reply>;
  /** Waits so long for what is under way, in seconds. */
  end(timeoutSeconds: number): Promise<void>;
}

/** `connections` has one connection. */
export const driverOf = (connections: Connections): Driver => ({
  ask: async (text, parameters) => {
    // The driver's own type for parameters is narrower than what it takes.
    const given: never[] = (parameters ?? []).map(driverParameter) as never[];
    const rows = await connections.unsafe<RawRow[]>(
      text,
      given,
      parameters === undefined ? {} : { prepare: true },
    );
    return { rows, count: rows.count, command: rows.command };
  },
  end: (timeout) => connections.end({ timeout }),
});

export const isPostgresError = (error: unknown): error is postgres.PostgresError =>
  error instanceof postgres.PostgresError;
