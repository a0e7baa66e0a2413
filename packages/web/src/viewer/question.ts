import type { EventRow } from '@nightlatch/protocol/events';
import type { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';

/** The list that was asked for; `from` and `to` are instants, `before` is the last event of the page above. */
export interface ListQuestion {
  readonly home: HomeId;
  readonly camera?: CameraId | undefined;
  /** Only events that start at or after. */
  readonly from?: number | undefined;
  /** Only events that start before. */
  readonly to?: number | undefined;
  readonly before?: { readonly startedAt: number; readonly event: EventId } | undefined;
}

/** One event that was asked for. `camera` where the asker knows it already. */
export interface EventQuestion {
  readonly home: HomeId;
  readonly event: EventId;
  readonly camera?: CameraId | undefined;
}

/** One object that was asked for. */
export interface ObjectQuestion {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly event: EventId;
  readonly kind: ObjectKind;
  readonly revision: number;
}

/** Newest first: negative where `a` stands above `b`. Events that start together are told apart by their ids. */
export function newestFirst(
  a: Pick<EventRow, 'startedAt' | 'event'>,
  b: Pick<EventRow, 'startedAt' | 'event'>,
): number {
  if (a.startedAt !== b.startedAt) return b.startedAt - a.startedAt;
  return a.event === b.event ? 0 : a.event < b.event ? 1 : -1;
}

export const cursorOf = (place: { readonly startedAt: number; readonly event: EventId }): string =>
  `${place.startedAt}.${place.event}`;
