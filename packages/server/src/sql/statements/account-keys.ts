import { PublicKey } from '@nightlatch/protocol/encoding';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameter: account. */
export const accountKeys = statement({
  name: 'account-keys',
  text: `
select signing_key as "signingKey", sealing_key as "sealingKey" from accounts where account_id = $1`,
  row: z.object({ signingKey: PublicKey, sealingKey: PublicKey }),
});
