import { createHash } from 'node:crypto';
import { PRIORITIES, type Priority } from './admission.ts';

const KNOWN_MAX = 50_000;
/** As urgent as somebody may be of whom nobody knows yet who it is. */
const UNKNOWN: Priority = 'metadata';

/**
 * Who was somebody lately, by a hash of what they show. It says how urgent the look is at who asks, and nothing of what they
 * may do: without it whoever calls for what is most urgent would go before those who have a home here.
 */
export interface KnownCallers {
  /** How urgent it is to look at who shows this, on the way to something so urgent. */
  urgencyOf(shown: string | undefined, priority: Priority): Priority;
  /** It was somebody's. */
  met(shown: string | undefined): void;
}

const hashOf = (shown: string): string => createHash('sha256').update(shown).digest('base64url');
const rankOf = (priority: Priority): number => PRIORITIES.indexOf(priority);

export function createKnownCallers(knownMax = KNOWN_MAX): KnownCallers {
  const known = new Set<string>();
  return {
    urgencyOf: (shown, priority) =>
      rankOf(priority) >= rankOf(UNKNOWN) || (shown !== undefined && known.has(hashOf(shown)))
        ? priority
        : UNKNOWN,
    met: (shown) => {
      if (shown === undefined) return;
      const hash = hashOf(shown);
      known.delete(hash);
      known.add(hash);
      const [oldest] = known;
      if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
    },
  };
}
