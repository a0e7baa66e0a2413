import { isIPv6 } from 'node:net';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { Database } from '../sql/database.ts';
import { NO_SCOPE } from '../sql/scope.ts';
import { countAttempts, forgetAttempts } from '../sql/statements/attempts.ts';
import type { Emails } from './emails.ts';

export interface AttemptLimits {
  readonly windowSeconds: number;
  readonly perEmail: number;
  readonly perAddress: number;
}

/** Ten guesses in a quarter of an hour; an address may be a whole family's, or a provider's. */
export const ATTEMPT_LIMITS: AttemptLimits = { windowSeconds: 900, perEmail: 10, perAddress: 100 };

export interface Attempts {
  /**
   * Counts an attempt for an e-mail address (its blind index, known or not) from a network address; throws `too-many-attempts`. Every
   * answer of OPAQUE is an attempt, a registration's too: it lets the asker try one passphrase.
   */
  count(emailIndex: string, address: string): Promise<void>;
  /** A log-in succeeded: the address's own mistakes are forgotten. */
  forget(emailIndex: string): Promise<void>;
}

/** One customer has a whole /64 of IPv6, so that is what counts. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...front, ...Array.from({ length: 8 - front.length - back.length }, () => '0'), ...back];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

export function makeAttempts(database: Database, emails: Emails, limits: AttemptLimits): Attempts {
  return {
    count: async (emailIndex, address) => {
      const byEmail = emails.index('log-ins-by-email', emailIndex);
      const byAddress = emails.index('attempts-by-address', networkOf(address));
      const counts = await database.ask(NO_SCOPE, countAttempts, [
        [byEmail, byAddress],
        limits.windowSeconds,
      ]);
      if (counts.length !== 2 || counts.some(({ subject }) => subject !== byEmail && subject !== byAddress))
        throw new Error('the attempts of somebody else were counted');
      const over = counts.filter(
        ({ subject, attempts }) => attempts > (subject === byEmail ? limits.perEmail : limits.perAddress),
      );
      if (over.length === 0) return;
      const retryAfterSeconds = Math.max(1, ...over.map((count) => count.seconds_left));
      throw new NightlatchError(
        'too-many-attempts',
        `Too many attempts. Nothing was changed; try again in ${Math.ceil(retryAfterSeconds / 60)} min.`,
        { retryAfterSeconds },
      );
    },
    forget: async (emailIndex) => {
      await database.ask(NO_SCOPE, forgetAttempts, [emails.index('log-ins-by-email', emailIndex)]);
    },
  };
}
