import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: channel, payload. Sent when the transaction commits. */
export const notify = statement({
  name: 'notify',
  text: 'select true as sent, pg_notify($1::text, $2::text)::text as nothing',
  row: z.object({ sent: z.literal(true) }),
});
