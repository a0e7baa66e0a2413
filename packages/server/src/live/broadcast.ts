import type { BroadcastId, CameraId } from '@nightlatch/protocol/ids';
import { LIVE_REPEAT_BYTES_MAX } from '@nightlatch/protocol/live';
import type { LiveRecord } from './record.ts';

export interface RecordSink {
  /** `isRepeated`: others had it before, and it comes again for those who have joined since. */
  record(record: LiveRecord, isRepeated: boolean): void;
}

/** One live upload, and those who are at it. It keeps nothing that was sent. */
export interface Broadcast {
  readonly id: BroadcastId;
  readonly camera: CameraId;
  readonly empty: boolean;
  /** From now on the sink gets its beginning, what the agent repeats from a key frame on, and then every new record. */
  join(sink: RecordSink): void;
  leave(sink: RecordSink): void;
  /** Throws when more is repeated for somebody than may be. */
  take(record: LiveRecord): void;
}

/** How far a sink has come. */
interface Progress {
  /** The number of the newest record that it has. */
  newest: number;
  hasKeyFrame: boolean;
  repeatedBytes: number;
}

export function createBroadcast(id: BroadcastId, camera: CameraId): Broadcast {
  const sinks = new Map<RecordSink, Progress>();
  /** Of all that came; what has no higher number is repeated. */
  let newest = -1;

  /** Whether a sink that has come so far takes the record: each one once, in order, and from a key frame on without a hole. */
  const follows = (record: LiveRecord, isRepeated: boolean, at: Progress): boolean => {
    if (record.kind === 'init') return at.newest < 0;
    if (at.newest < 0 || record.sequence <= at.newest) return false;
    return record.keyFrame || (at.hasKeyFrame && (isRepeated || at.newest === newest));
  };

  return {
    id,
    camera,
    get empty() {
      return sinks.size === 0;
    },
    join: (sink) => void sinks.set(sink, { newest: -1, hasKeyFrame: false, repeatedBytes: 0 }),
    leave: (sink) => void sinks.delete(sink),
    take: (record) => {
      const isRepeated = record.sequence <= newest;
      for (const [sink, at] of sinks) {
        if (!follows(record, isRepeated, at)) continue;
        if (isRepeated) at.repeatedBytes += record.bytes.length;
        if (at.repeatedBytes > LIVE_REPEAT_BYTES_MAX)
          throw new Error('more is repeated for a viewer than may be');
        at.newest = record.sequence;
        at.hasKeyFrame ||= record.keyFrame;
        sink.record(record, isRepeated);
      }
      newest = Math.max(newest, record.sequence);
    },
  };
}
