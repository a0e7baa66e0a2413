import assert from 'node:assert/strict';
import type { z } from 'zod';

export type SqlParameter =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | readonly (string | number | bigint | boolean | null)[];

/** A row as the driver gives it: text, safe integers, booleans, `Date`, `Buffer`, parsed JSON, arrays of text or integers. */
export type RawRow = Readonly<Record<string, unknown>>;

export interface Statement<Row> {
  readonly name: string;
  /** The text as it goes to the database, with the question's nonce and scope around the statement. */
  readonly wrapped: string;
  /** How many parameters the statement itself takes: `$1` to `$n`. */
  readonly parameters: number;
  readonly read: (raw: RawRow) => Row;
}

interface StatementParts<Row> {
  /** What it does, in lower-case words with dashes; it stands in logs and in errors. */
  readonly name: string;
  /** One select, or one insert, update or delete with `returning`. Parameters are `$1`, `$2` … without a hole. */
  readonly text: string;
  /** Common table expressions that change data, `name as (…), …`: PostgreSQL takes those at the top only. */
  readonly with?: string;
  /** Columns of the answer to sort by: only what the outermost query sorts is in a guaranteed order. */
  readonly order?: string;
  /** A schema, or a function written by hand where rows come in thousands (the gate's batches). */
  readonly row: z.ZodType<Row> | ((raw: RawRow) => Row);
}

/** The columns that the wrapping adds; no statement may have a column of these names. */
export const NONCE_COLUMN = 'echo_nonce';
export const HIT_COLUMN = 'echo_hit';

/** The settings that carry the scope to the policies of row-level security, in the order of their parameters. */
export const SCOPE_SETTINGS = [
  'nightlatch.accounts',
  'nightlatch.agent',
  'nightlatch.token_hash',
  'nightlatch.email_index',
  'nightlatch.login',
  'nightlatch.sweep',
] as const;

/**
 * Wraps a statement so that every answer, a miss too, carries the nonce of its question and the role it ran under.
 *
 * The scope is set by the same statement that asks, which saves the round trips of a transaction (measured: 20k/s
 * against 5.6k/s). `scope` is the outer side of a left join without a condition, which PostgreSQL can only run as a
 * nested loop, so it is evaluated before the first row of `answer`, which is materialized so that none of it is
 * planned together with `scope`. If a planner ever did otherwise, the settings would be empty and the policies would
 * give nothing: the order failing means no rows, never foreign rows. `tests/database.test.ts` proves it.
 */
export function statement<Row>(parts: StatementParts<Row>): Statement<Row> {
  const used = [...`${parts.with ?? ''} ${parts.text}`.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]));
  const parameters = Math.max(0, ...used);
  assert.equal(new Set(used).size, parameters, `${parts.name}: parameters are numbered without holes`);
  const settings = SCOPE_SETTINGS.map(
    (setting, index) => `set_config('${setting}', $${parameters + 2 + index}::text, true)`,
  );
  const { row } = parts;
  return {
    name: parts.name,
    parameters,
    read: typeof row === 'function' ? row : (raw) => row.parse(raw),
    wrapped: `with scope as materialized (
  select $${parameters + 1}::text || ' ' || current_user as ${NONCE_COLUMN}, ${settings.join(', ')}
)${parts.with === undefined ? '' : `, ${parts.with}`}, answer as materialized (
${parts.text}
)
select scope.${NONCE_COLUMN}, answer.*
from scope left join (select true as ${HIT_COLUMN}, answer.* from answer) answer on true
${parts.order === undefined ? '' : `order by ${parts.order}`}`,
  };
}
