import { LIVE_INIT_BYTES_MAX, LIVE_REPEAT_BYTES_MAX } from '@nightlatch/protocol/live';

type Bytes = Uint8Array<ArrayBuffer>;

export interface RepeaterLimits {
  /** Of the records since the last key frame. Who joins when there are more waits for the next key frame. */
  readonly groupBytesMax: number;
  readonly groupRecordsMax: number;
  /** Under way at once, with the record that goes beyond it: what is repeated delays live pictures no longer than that takes. */
  readonly windowBytes: number;
}

export const REPEATER_LIMITS: RepeaterLimits = {
  groupBytesMax: LIVE_REPEAT_BYTES_MAX - LIVE_INIT_BYTES_MAX,
  groupRecordsMax: 2048,
  windowBytes: 64 * 1024,
};

/** Acts when all that was repeated before has arrived; one act at a time, whichever camera it is for. */
export type InTurn = (act: () => void) => Promise<void>;

/**
 * Repeats a broadcast for those who join it: its beginning, and the sealed records since the last key frame, the same bytes
 * once more. Live records go on meanwhile, each of them to be repeated as well, until nothing is left; or until the next
 * key frame, with which everybody goes on.
 */
export function createRepeater(send: (record: Bytes) => void, inTurn: InTurn, limits = REPEATER_LIMITS) {
  let init: Bytes | null = null;
  let group: Bytes[] = [];
  let groupBytes = 0;
  /** So many of the group everybody has. */
  let repeated = 0;
  let isRunning = false;

  const clear = () => {
    group = [];
    groupBytes = 0;
    repeated = 0;
  };
  function sendWindow() {
    let bytes = 0;
    for (const record of group.slice(repeated)) {
      if (bytes >= limits.windowBytes) return;
      send(record);
      bytes += record.length;
      repeated += 1;
    }
  }
  async function run() {
    if (isRunning) return;
    isRunning = true;
    while (repeated < group.length) await inTurn(sendWindow);
    isRunning = false;
  }

  return {
    /** The beginning has been sent to all. */
    begun(record: Bytes): void {
      init = record;
    },
    /** A fragment has been sent to all. */
    sent(record: Bytes, keyFrame: boolean): void {
      if (keyFrame) clear();
      else if (group.length === 0) return;
      groupBytes += record.length;
      if (repeated === group.length) repeated += 1;
      group.push(record);
      if (groupBytes > limits.groupBytesMax || group.length > limits.groupRecordsMax) clear();
    },
    /** Somebody has joined. */
    repeat(): void {
      if (init === null) return;
      send(init);
      repeated = 0;
      void run();
    },
    /** Nothing is repeated any more. */
    end(): void {
      init = null;
      clear();
    },
  };
}
