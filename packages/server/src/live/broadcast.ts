import type { BroadcastId, CameraId } from '@nightlatch/protocol/ids';
import type { LiveRecord } from './record.ts';

export interface RecordSink {
  record(record: LiveRecord): void;
}

export interface BroadcastLimits {
  /** What is kept of a broadcast for whoever joins it: the records since the last key frame, together. */
  readonly keptBytesMax: number;
  readonly keptRecordsMax: number;
}

/** One live upload, and those who are at it. */
export interface Broadcast {
  readonly id: BroadcastId;
  readonly camera: CameraId;
  readonly empty: boolean;
  /** Gives the sink the beginning, the records since the last key frame, and from now on every new one. */
  join(sink: RecordSink): void;
  leave(sink: RecordSink): void;
  take(record: LiveRecord): void;
}

export function createBroadcast(id: BroadcastId, camera: CameraId, limits: BroadcastLimits): Broadcast {
  const sinks = new Set<RecordSink>();
  let init: LiveRecord | undefined;
  let kept: LiveRecord[] = [];
  let keptBytes = 0;

  const keep = (record: LiveRecord): void => {
    if (record.keyFrame) {
      kept = [];
      keptBytes = 0;
    } else if (kept.length === 0) return;
    keptBytes += record.bytes.length;
    kept.push(record);
    // Too much to give at once: who joins now waits for the next key frame.
    if (keptBytes <= limits.keptBytesMax && kept.length <= limits.keptRecordsMax) return;
    kept = [];
    keptBytes = 0;
  };

  return {
    id,
    camera,
    get empty() {
      return sinks.size === 0;
    },
    join: (sink) => {
      if (init !== undefined) sink.record(init);
      for (const record of kept) sink.record(record);
      sinks.add(sink);
    },
    leave: (sink) => void sinks.delete(sink),
    take: (record) => {
      if (record.kind === 'init') init = record;
      else keep(record);
      for (const sink of sinks) sink.record(record);
    },
  };
}
