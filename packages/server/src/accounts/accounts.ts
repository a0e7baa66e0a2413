import { setInterval } from 'node:timers';
import type { Foundation } from '../foundation.ts';
import { NO_SCOPE } from '../sql/scope.ts';
import { sweepAttempts } from '../sql/statements/attempts.ts';
import { sweepLogins } from '../sql/statements/logins.ts';
import { ATTEMPT_LIMITS, type AttemptLimits, type Attempts, makeAttempts } from './attempts.ts';
import { type Emails, makeEmails } from './emails.ts';
import { makePassphrases, type Passphrases } from './passphrases.ts';
import { type AccountSessions, makeSessions } from './sessions.ts';

const SWEEP_MILLISECONDS = 60_000;

/** The part of the cloud that has to do with accounts. */
export interface Accounts {
  readonly emails: Emails;
  readonly attempts: Attempts;
  readonly sessions: AccountSessions;
  readonly passphrases: Passphrases;
  /** Takes out log-ins and limits that have run out, at most 1000 of each. */
  sweep(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export function composeAccounts(
  { database, keys, random, log }: Foundation,
  limits: AttemptLimits = ATTEMPT_LIMITS,
): Accounts {
  const emails = makeEmails(keys, random);
  const sweep = async () => {
    await database.ask(NO_SCOPE, sweepLogins, []);
    await database.ask(NO_SCOPE, sweepAttempts, []);
  };
  let sweeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweep().catch((error: unknown) => log.warn({ err: error }, 'could not sweep log-ins'));
  }, SWEEP_MILLISECONDS);
  timer.unref();
  return {
    emails,
    attempts: makeAttempts(database, emails, limits),
    sessions: makeSessions(database, random),
    passphrases: makePassphrases(keys),
    sweep,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await sweeping;
    },
  };
}
