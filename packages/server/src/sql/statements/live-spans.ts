import { DeliveryId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: home, delivery, account, milliseconds since the span began, bytes. */
export const insertLiveSpan = statement({
  name: 'insert-live-span',
  text: `
insert into live_spans (home_id, delivery_id, account_id, from_at, to_at, bytes)
values ($1, $2, $3, clock_timestamp() - $4::double precision * interval '1 millisecond', clock_timestamp(), $5::bigint)
returning delivery_id as delivery`,
  row: z.object({ delivery: DeliveryId }),
});
