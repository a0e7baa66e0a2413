import assert from 'node:assert/strict';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { storageFull } from '../refusals.ts';
import {
  type Connections,
  connect,
  type Driver,
  driverOf,
  isPostgresError,
  type Reply,
} from './connections.ts';
import { type Doubt, doubtful, SqlError, unavailable } from './failures.ts';
import { type Lane, makeLanes } from './lanes.ts';
import { type Scope, scopeParameters } from './scope.ts';
import { HIT_COLUMN, NONCE_COLUMN, type SqlParameter, type Statement } from './statement.ts';

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
  /** A reply did not prove which question it answers. Its connection is gone already; call the operator. */
  readonly onDoubt: (doubt: Doubt) => void;
  /** Connections for single statements, and for transactions. */
  readonly sharedConnections?: number;
  readonly transactionConnections?: number;
  /** Questions under way and waiting; one more is refused at once. */
  readonly questionsMax?: number;
  readonly statementTimeoutMilliseconds?: number;
  /** After this the reply counts as lost; longer than the server's own statement timeout. */
  readonly replyTimeoutMilliseconds?: number;
  /** Lock 2. Only a test that shows what it is good for passes another. */
  readonly isAnswerTo?: (asked: string, echoed: unknown) => boolean;
  /** Where lanes get their connection and their time from; a simulation brings its own. */
  readonly openDriver?: (onClose: () => void) => Driver;
  readonly after?: After;
}

/** Does something later, unless it is called off before. */
type After = (milliseconds: number, action: () => void) => () => void;
const timer: After = (milliseconds, action) => {
  const timeout = setTimeout(action, milliseconds);
  return () => clearTimeout(timeout);
};

export function openDatabase(options: DatabaseOptions): Database {
  const {
    url,
    random,
    onDoubt,
    sharedConnections = 6,
    transactionConnections = 4,
    questionsMax = 2048,
    statementTimeoutMilliseconds = 5_000,
    replyTimeoutMilliseconds = 8_000,
    isAnswerTo = (asked, echoed) => asked === echoed,
    openDriver = (onClose) => driverOf(open(onClose)),
    after = timer,
  } = options;
  const open = (onClose?: () => void) =>
    connect({
      url,
      connectionsMax: 1,
      role: APP_ROLE,
      statementTimeoutMilliseconds,
      ...(onClose === undefined ? {} : { onClose }),
    });
  const lanes = makeLanes({ shared: sharedConnections, exclusive: transactionConnections }, openDriver);
  let listening: Connections | undefined;
  let questions = 0;

  /** One doubtful reply makes every later one on that socket doubtful: destroy it, with everything under way on it. */
  const doubt = (lane: Lane, statement: string, reason: Doubt['reason']): NightlatchError => {
    if (!lane.gone) onDoubt({ statement, reason });
    lanes.destroy(lane);
    return doubtful();
  };

  const failed = (lane: Lane, statement: string, error: unknown): Error => {
    if (error instanceof NightlatchError) return error;
    if (isPostgresError(error)) {
      // Cancelled by its time limit; or the loser of two that waited for each other. Trying again is right.
      if (/^(57014|40P01|40001)$/.test(error.code)) return unavailable(error);
      if (error.code === '53100') return storageFull(error);
      // A text with a NUL in it, which JSON can have and PostgreSQL cannot.
      if (error.code === '22021')
        return new NightlatchError(
          'bad-input',
          'A text has a character that cannot be kept. Nothing was changed.',
        );
      if (!/^(57P|08|53300)/.test(error.code))
        return new SqlError(statement, error.code, error.message, error.constraint_name);
      lanes.destroy(lane);
      return unavailable(error);
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    // The driver could not make sense of the bytes: that is a reply to another question, too.
    if (code.startsWith('ERR_') || !/^(CONNECT|E[A-Z])/.test(code))
      return doubt(lane, statement, 'unreadable');
    lanes.destroy(lane);
    return unavailable(error);
  };

  /** Waits for a reply for a bounded time: a reply that was dropped would leave the last question waiting for ever. */
  const within = async (lane: Lane, name: string, ask: () => Promise<Reply>): Promise<Reply> => {
    const late = Promise.withResolvers<never>();
    const cancel = after(replyTimeoutMilliseconds, () => late.reject(doubt(lane, name, 'timeout')));
    lane.questions += 1;
    try {
      return await Promise.race([ask(), late.promise]);
    } catch (error) {
      throw failed(lane, name, error);
    } finally {
      lane.questions -= 1;
      cancel();
    }
  };

  const put = async <Row>(
    lane: Lane,
    scope: Scope,
    statement: Statement<Row>,
    parameters: Parameters,
  ): Promise<Row[]> => {
    assert.equal(parameters.length, statement.parameters, `${statement.name}: number of parameters`);
    const nonce = Buffer.from(random(16)).toString('base64url');
    const given = [...parameters, nonce, ...scopeParameters(scope)];
    const { rows, count } = await within(lane, statement.name, () =>
      lane.driver.ask(statement.wrapped, given),
    );
    if (rows.length === 0) throw doubt(lane, statement.name, 'no-row');
    const asked = `${nonce} ${APP_ROLE}`;
    for (const row of rows)
      if (!isAnswerTo(asked, row[NONCE_COLUMN])) throw doubt(lane, statement.name, 'wrong-nonce');
    if (count !== rows.length) throw doubt(lane, statement.name, 'wrong-count');
    return rows[0]?.[HIT_COLUMN] === true ? rows.map(statement.read) : [];
  };

  const bounded = async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (questions >= questionsMax)
      throw new NightlatchError(
        'unavailable',
        'Too much to do at once. Nothing was changed; try again soon.',
        { retryAfterSeconds: 2 },
      );
    questions += 1;
    try {
      return await work();
    } finally {
      questions -= 1;
    }
  };

  /** `begin`, `commit` and `rollback` carry no nonce; their command tag has to be their own. */
  const command = async (lane: Lane, text: string): Promise<void> => {
    const reply = await within(lane, text, () => lane.driver.ask(text));
    if (reply.command !== text.toUpperCase()) throw doubt(lane, text, 'wrong-command');
  };

  /** The driver would connect anew without a word, and the rest of a transaction would run outside of one. */
  const still = (lane: Lane): void => {
    if (lane.closed || lane.gone) throw unavailable();
  };

  return {
    ask: (scope, statement, parameters) => bounded(() => put(lanes.shared(), scope, statement, parameters)),

    transact: (scope, work) =>
      bounded(async () => {
        const lane = await lanes.exclusive();
        try {
          await command(lane, 'begin');
          const answer = await work(async (statement, parameters) => {
            still(lane);
            return put(lane, scope, statement, parameters);
          });
          still(lane);
          await command(lane, 'commit');
          return answer;
        } catch (error) {
          // After a doubt or a break the connection is gone, and the transaction with it.
          if (lane.closed) lanes.destroy(lane);
          if (!lane.gone) await command(lane, 'rollback').catch(() => lanes.destroy(lane));
          throw error;
        } finally {
          lanes.release(lane);
        }
      }),

    listen: async (channel, hear, onListening) => {
      // Notifications say only that something is new, so that nothing needs to prove them.
      listening ??= open();
      const { unlisten } = await listening.listen(channel, hear, onListening);
      return unlisten;
    },

    [Symbol.asyncDispose]: async () => {
      await Promise.all([lanes.end(), listening?.end({ timeout: 1 })]);
    },
  };
}
