import { DeliveryId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/**
 * Parameters: home, delivery, account, session, what, events, kind, revision, first byte, last byte,
 * camera (of live view). `returning` gives
 * the row's own keys, so that the egress sees that it is written down, and as what.
 */
export const insertDelivery = statement({
  name: 'insert-delivery',
  text: `
insert into deliveries
  (home_id, delivery_id, account_id, session_id, what, event_ids, kind, revision, first_byte, last_byte,
   camera_id)
values ($1, $2, $3, $4, $5, $6::text[], $7, $8::smallint, $9::bigint, $10::bigint, $11)
returning delivery_id as delivery, home_id as home`,
  row: z.object({ delivery: DeliveryId, home: z.string() }),
});
