import type { EventRow, EventsPage, MismatchReport } from '@nightlatch/protocol/events';
import type { EventId } from '@nightlatch/protocol/ids';
import type { ListQuestion, ObjectQuestion } from './question.ts';

/** Sealed bytes on their way: `start` is the offset in the container of the first of them. */
export interface SealedBody {
  readonly start: number;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * What the viewer asks of the server, one home's worth. Answers have the shape of the contract and nothing else has
 * been checked about them. A lost network throws; `sealed` answers null where nothing beyond `from` has arrived yet.
 */
export interface Road {
  page(question: ListQuestion, limit: number, signal: AbortSignal): Promise<EventsPage>;
  event(event: EventId, signal: AbortSignal): Promise<EventRow>;
  sealed(
    asked: Omit<ObjectQuestion, 'camera'>,
    from: number,
    signal: AbortSignal,
  ): Promise<SealedBody | null>;
  report(report: MismatchReport): Promise<void>;
}
