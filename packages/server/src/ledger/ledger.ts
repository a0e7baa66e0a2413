import type { AccountId, CameraId, EventId, HomeId, SessionId } from '@nightlatch/protocol/ids';
import { type DeliveryId, newDeliveryId, type RandomBytes } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';
import { notFound } from '../refusals.ts';
import type { Database } from '../sql/database.ts';
import { isPolicyRefusal } from '../sql/failures.ts';
import { insertDelivery } from '../sql/statements/deliveries.ts';
import { insertLiveSpan } from '../sql/statements/live-spans.ts';

export interface Delivery {
  readonly home: HomeId;
  readonly account: AccountId;
  readonly session: SessionId;
  readonly what: 'object' | 'events' | 'event' | 'cameras' | 'home-log' | 'live' | 'retention';
  readonly events: readonly EventId[];
  /** Of live view. */
  readonly camera?: CameraId;
  /** Of an object: which, and the bytes from first to last, inclusive. */
  readonly object?: {
    readonly kind: ObjectKind;
    readonly revision: number;
    readonly firstByte: number;
    readonly lastByte: number;
  };
}

/** A part of a live delivery, which ends as it is written down. */
export interface LiveSpan {
  readonly home: HomeId;
  readonly account: AccountId;
  readonly delivery: DeliveryId;
  readonly milliseconds: number;
  readonly bytes: number;
}

/** Who was handed what. */
export interface Ledger {
  /** Writes a delivery down; resolves once it is committed, and throws when it is not: to whom it may not go, or at all. */
  record(delivery: Delivery): Promise<DeliveryId>;
  /** Writes down how a live delivery went on; resolves once it is committed, and throws when it is not. */
  span(span: LiveSpan): Promise<void>;
}

export function createLedger({
  database,
  random,
}: {
  database: Pick<Database, 'ask'>;
  random: RandomBytes;
}): Ledger {
  const insert = async <Row>(...asked: Parameters<typeof database.ask<Row>>): Promise<Row | undefined> => {
    try {
      const [row] = await database.ask<Row>(...asked);
      return row;
    } catch (error) {
      // Between the gate's word and this one the caller has lost the home.
      throw isPolicyRefusal(error) ? notFound() : error;
    }
  };
  return {
    record: async ({ home, account, session, what, events, camera, object }) => {
      const delivery = newDeliveryId(random);
      const row = await insert({ account }, insertDelivery, [
        ...[home, delivery, account, session, what, events],
        ...[object?.kind ?? null, object?.revision ?? null],
        ...[object?.firstByte ?? null, object?.lastByte ?? null],
        camera ?? null,
      ]);
      if (row?.delivery !== delivery || row.home !== home)
        throw new Error('the ledger did not write the delivery down');
      return delivery;
    },
    span: async ({ home, account, delivery, milliseconds, bytes }) => {
      const row = await insert({ account }, insertLiveSpan, [home, delivery, account, milliseconds, bytes]);
      if (row?.delivery !== delivery) throw new Error('the ledger did not write the span down');
    },
  };
}
