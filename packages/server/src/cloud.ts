import type { Accounts } from './accounts/accounts.ts';
import type { Foundation } from './foundation.ts';
import type { Media } from './media.ts';

/** Everything that handlers work with; `wiring.ts` composes it. */
export interface Cloud extends Foundation, Media {
  readonly accounts: Accounts;
}
