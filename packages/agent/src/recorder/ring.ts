import type { MediaPacket } from './packets.ts';

interface Group {
  startSeconds: number;
  bytes: number;
  packets: MediaPacket[];
}

export interface RingLimits {
  /** Kept before the newest packet, plus what it takes to reach back to a key frame. */
  keepSeconds: number;
  maxBytes: number;
}

/**
 * The last seconds of a source, in whole groups of pictures: what is kept always starts with a key frame. Beyond
 * `maxBytes` the oldest groups go first; a single group that is larger than that cannot be kept at all.
 */
export function createRing(limits: RingLimits, secondsOf: (packet: MediaPacket) => number) {
  let groups: Group[] = [];
  let bytes = 0;

  function dropOldest() {
    bytes -= groups[0]?.bytes ?? 0;
    groups.shift();
  }

  return {
    push(packet: MediaPacket): void {
      const at = secondsOf(packet);
      if (packet.track === 'video' && packet.keyFrame)
        groups.push({ startSeconds: at, bytes: 0, packets: [] });
      const newest = groups.at(-1);
      if (!newest) return;
      newest.packets.push(packet);
      newest.bytes += packet.data.length;
      bytes += packet.data.length;
      while ((groups[1]?.startSeconds ?? Number.POSITIVE_INFINITY) <= at - limits.keepSeconds) dropOldest();
      while (bytes > limits.maxBytes && groups.length > 0) dropOldest();
    },
    /** Everything from the last key frame at or before `seconds`, or from the first one kept; empty without one. */
    from(seconds: number): MediaPacket[] {
      const last = groups.findLastIndex((group) => group.startSeconds <= seconds);
      return groups.slice(Math.max(last, 0)).flatMap((group) => group.packets);
    },
    clear(): void {
      groups = [];
      bytes = 0;
    },
    get bytes(): number {
      return bytes;
    },
  };
}
