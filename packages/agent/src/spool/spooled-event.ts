import type { Durable } from './clip-file.ts';
import type { EventRecord } from './event-record.ts';

/**
 * An event in the spool. The spool changes it as the recording goes on; whoever delivers it reads it anew each time.
 */
export interface SpooledEvent {
  /** Of its directory; sorts by age. */
  readonly name: string;
  record: EventRecord;
  /** The durable part of the clip; null before it has begun, and for a finished event that nobody has read yet. */
  clip: Durable | null;
  bytes: number;
  /** Dropped to make room, or delivered: its files are gone. */
  gone: boolean;
  /** The cloud refused it for good; it is kept, and tried again after the next start. */
  setAside: string | null;
}

export const isGrowing = (event: SpooledEvent): boolean => event.record.state === 'growing';
