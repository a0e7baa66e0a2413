import type { BroadcastId, CameraId } from '@nightlatch/protocol/ids';
import type { LiveRecord } from './record.ts';

export interface RecordSink {
  /** So many bytes of records follow at once. */
  begin(bytes: number): void;
  record(record: LiveRecord): void;
}

export interface BroadcastLimits {
  /** What is kept of a broadcast for whoever joins it: the records since the last key frame, together. */
  readonly keptBytesMax: number;
  readonly keptRecordsMax: number;
}

/** Bytes that several broadcasts together may keep. */
export interface KeptBudget {
  /** Whether there was room for them; they are taken then. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** A budget of so many bytes, which are taken from `whole` as well. */
export function createKeptBudget(bytesMax: number, whole?: KeptBudget): KeptBudget {
  let bytesLeft = bytesMax;
  return {
    take: (bytes) => {
      if (bytes > bytesLeft || whole?.take(bytes) === false) return false;
      bytesLeft -= bytes;
      return true;
    },
    give: (bytes) => {
      bytesLeft += bytes;
      whole?.give(bytes);
    },
  };
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
  /** Keeps nothing any more. */
  end(): void;
}

export function createBroadcast(
  id: BroadcastId,
  camera: CameraId,
  limits: BroadcastLimits,
  budget: KeptBudget,
): Broadcast {
  const sinks = new Set<RecordSink>();
  let init: LiveRecord | undefined;
  let kept: LiveRecord[] = [];
  let keptBytes = 0;

  const forget = (): void => {
    budget.give(keptBytes);
    kept = [];
    keptBytes = 0;
  };
  const keep = (record: LiveRecord): void => {
    if (record.keyFrame) forget();
    else if (kept.length === 0) return;
    const bytes = record.bytes.length;
    // Too much to give at once, or to keep: who joins now waits for the next key frame.
    if (
      keptBytes + bytes > limits.keptBytesMax ||
      kept.length >= limits.keptRecordsMax ||
      !budget.take(bytes)
    ) {
      forget();
      return;
    }
    keptBytes += bytes;
    kept.push(record);
  };

  return {
    id,
    camera,
    get empty() {
      return sinks.size === 0;
    },
    join: (sink) => {
      const first = init === undefined ? kept : [init, ...kept];
      sink.begin(keptBytes + (init?.bytes.length ?? 0));
      for (const record of first) sink.record(record);
      sinks.add(sink);
    },
    leave: (sink) => void sinks.delete(sink),
    take: (record) => {
      if (record.kind === 'init') init = record;
      else keep(record);
      for (const sink of sinks) sink.record(record);
    },
    end: forget,
  };
}
