import assert from 'node:assert/strict';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { type Connections, connect, driverParameter, isPostgresError } from './connections.ts';
import { type Doubt, doubtful, SqlError, unavailable } from './failures.ts';
import { type Scope, scopeParameters } from './scope.ts';
import { HIT_COLUMN, NONCE_COLUMN, type RawRow, type SqlParameter, type Statement } from './statement.ts';

export const APP_ROLE = 'nightlatch_app';

type Parameters = readonly SqlParameter[];
export type Ask = <Row>(statement: Statement<Row>, parameters: Parameters) => Promise<Row[]>;

export interface Database {
  /** One statement, in a transaction of its own. Rows come in the statement's `order`. */
  ask<Row>(scope: Scope, statement: Statement<Row>, parameters: Parameters): Promise<Row[]>;
  /** Several statements, all or none. What `work` throws rolls back and is thrown on. */
  transact<Answer>(scope: Scope, work: (ask: Ask) => Promise<Answer>): Promise<Answer>;
  /** Calls `hear` for every notification; `onListening` each time the connection (again) listens. Answers how to stop. */
  listen(
    channel: string,
    hear: (payload: string) => void,
    onListening?: () => void,
  ): Promise<() => Promise<void>>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly random: RandomBytes;
  /** A reply did not prove which question it answers. The connections are gone already; call the operator. */
  readonly onDoubt: (doubt: Doubt) => void;
  readonly connectionsMax?: number;
  /** Questions under way and waiting; one more is refused at once. */
  readonly questionsMax?: number;
  readonly statementTimeoutMilliseconds?: number;
  /** After this the reply counts as lost; longer than the server's own statement timeout. */
  readonly replyTimeoutMilliseconds?: number;
  /** Lock 2. Only a test that shows what it is good for passes another. */
  readonly isAnswerTo?: (asked: string, echoed: unknown) => boolean;
}

export function openDatabase(options: DatabaseOptions): Database {
  const {
    url,
    random,
    onDoubt,
    connectionsMax = 10,
    questionsMax = 2048,
    statementTimeoutMilliseconds = 5_000,
    replyTimeoutMilliseconds = 8_000,
    isAnswerTo = (asked, echoed) => asked === echoed,
  } = options;
  const open = (count: number) =>
    connect({ url, connectionsMax: count, role: APP_ROLE, statementTimeoutMilliseconds });
  let pool = open(connectionsMax);
  // Notifications say only that something is new, so their connection stays when the pool is thrown away.
  let listening: Connections | undefined;
  let questions = 0;

  /** One doubtful reply makes every later one on that socket doubtful: destroy them all and begin anew. */
  const doubt = (of: Connections, statement: string, reason: Doubt['reason']): NightlatchError => {
    if (of === pool) {
      pool = open(connectionsMax);
      void of.end({ timeout: 0 }).catch(() => {});
    }
    onDoubt({ statement, reason });
    return doubtful();
  };

  const failed = (of: Connections, statement: string, error: unknown): Error => {
    if (error instanceof NightlatchError) return error;
    if (isPostgresError(error))
      return error.code.startsWith('57P') || error.code.startsWith('08') || error.code === '53300'
        ? unavailable(error)
        : new SqlError(statement, error.code, error.message, error.constraint_name);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (/^(CONNECT|E[A-Z]+)/.test(code) && !code.startsWith('ERR_')) return unavailable(error);
    // The driver could not make sense of the bytes: that is a reply to another question, too.
    return doubt(of, statement, 'unreadable');
  };

  /** Waits for a reply for a bounded time: a reply that was dropped would leave the last question waiting for ever. */
  const within = async <Reply>(of: Connections, name: string, reply: PromiseLike<Reply>): Promise<Reply> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(doubt(of, name, 'timeout')), replyTimeoutMilliseconds);
    });
    try {
      return await Promise.race([reply, late]);
    } catch (error) {
      throw failed(of, name, error);
    } finally {
      clearTimeout(timer);
    }
  };

  const put = async <Row>(
    of: Connections,
    through: Pick<Connections, 'unsafe'>,
    scope: Scope,
    statement: Statement<Row>,
    parameters: Parameters,
  ): Promise<Row[]> => {
    assert.equal(parameters.length, statement.parameters, `${statement.name}: number of parameters`);
    const nonce = Buffer.from(random(16)).toString('base64url');
    // The driver's own type for parameters is narrower than what it takes.
    const given: never[] = [...parameters.map(driverParameter), nonce, ...scopeParameters(scope)] as never[];
    const rows = await within(
      of,
      statement.name,
      through.unsafe<RawRow[]>(statement.wrapped, given, { prepare: true }),
    );
    if (rows.length === 0) throw doubt(of, statement.name, 'no-row');
    const asked = `${nonce} ${APP_ROLE}`;
    for (const row of rows)
      if (!isAnswerTo(asked, row[NONCE_COLUMN])) throw doubt(of, statement.name, 'wrong-nonce');
    if (rows.count !== rows.length) throw doubt(of, statement.name, 'wrong-count');
    return rows[0]?.[HIT_COLUMN] === true ? rows.map(statement.read) : [];
  };

  const bounded = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (questions >= questionsMax)
      throw new NightlatchError(
        'unavailable',
        'Too much to do at once. Nothing was changed; try again soon.',
        {
          retryAfterSeconds: 2,
        },
      );
    questions += 1;
    try {
      return await work();
    } finally {
      questions -= 1;
    }
  };

  /** `begin`, `commit` and `rollback` carry no nonce; their command tag has to be their own. */
  const command = async (
    of: Connections,
    through: Pick<Connections, 'unsafe'>,
    text: string,
  ): Promise<void> => {
    const reply = await within(of, text, through.unsafe(text));
    if (reply.command !== text.toUpperCase()) throw doubt(of, text, 'wrong-command');
  };

  return {
    ask: (scope, statement, parameters) => bounded(() => put(pool, pool, scope, statement, parameters)),

    transact: (scope, work) =>
      bounded(async () => {
        const of = pool;
        const one = await within(of, 'reserve', of.reserve());
        try {
          await command(of, one, 'begin');
          const answer = await work((statement, parameters) => put(of, one, scope, statement, parameters));
          await command(of, one, 'commit');
          return answer;
        } catch (error) {
          // After a doubt the socket is gone, and the transaction with it.
          if (of === pool) await command(of, one, 'rollback').catch(() => {});
          throw error;
        } finally {
          one.release();
        }
      }),

    listen: async (channel, hear, onListening) => {
      listening ??= open(1);
      const { unlisten } = await listening.listen(channel, hear, onListening);
      return unlisten;
    },

    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool.end({ timeout: 5 }), listening?.end({ timeout: 1 })]);
    },
  };
}
