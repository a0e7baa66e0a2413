import type { Manifest } from '@nightlatch/protocol/manifest';

/** Chunks that can be decoded from their first one on, up to the next such place. Chunk indices, milliseconds. */
export interface Stretch {
  readonly firstChunk: number;
  /** One past its last chunk. */
  readonly endChunk: number;
  readonly startsAtMilliseconds: number;
  readonly endsAtMilliseconds: number;
}

export interface Timeline {
  /** Chunks before the first stretch: the init segment. */
  readonly initChunks: number;
  readonly stretches: readonly Stretch[];
  readonly chunks: number;
  readonly durationMilliseconds: number;
}

/** A growing clip says nothing of its last stretch's end yet; this much is assumed of it. */
const UNKNOWN_STRETCH_MILLISECONDS = 1_000;

/** The map from time to chunks that the camera signed. */
export function timelineOf(manifest: Pick<Manifest, 'startedAt' | 'endedAt' | 'chunks'>): Timeline {
  const keys = manifest.chunks.flatMap(([, , keyAt], index) => (keyAt === null ? [] : [{ index, keyAt }]));
  const chunks = manifest.chunks.length;
  const lastKeyAt = keys.at(-1)?.keyAt ?? 0;
  const told = manifest.endedAt === null ? 0 : manifest.endedAt - manifest.startedAt;
  const durationMilliseconds = Math.max(
    told,
    keys.length === 0 ? 0 : lastKeyAt + UNKNOWN_STRETCH_MILLISECONDS,
  );
  const stretches = keys.map(({ index, keyAt }, at) => {
    const next = keys[at + 1];
    return {
      firstChunk: index,
      endChunk: next?.index ?? chunks,
      startsAtMilliseconds: keyAt,
      endsAtMilliseconds: next?.keyAt ?? durationMilliseconds,
    };
  });
  return { initChunks: keys[0]?.index ?? chunks, stretches, chunks, durationMilliseconds };
}

/** The stretch in which a picture at `seconds` is decoded: the last that begins at or before it. */
export function stretchAt(timeline: Timeline, seconds: number): Stretch | undefined {
  const found = timeline.stretches.findLast((stretch) => stretch.startsAtMilliseconds <= seconds * 1000 + 1);
  return found ?? timeline.stretches[0];
}

/**
 * The chunk to fetch next for somebody who watches at `seconds`; null where all from there on is there. A chunk that
 * does not follow on `cursor` is fetched from the start of its stretch: a decoder cannot begin in its middle.
 */
export function nextChunk(
  timeline: Timeline,
  have: ReadonlySet<number>,
  seconds: number,
  cursor: number,
): number | null {
  for (let index = 0; index < timeline.initChunks; index++)
    if (!have.has(index)) return index === cursor ? cursor : 0;
  const from = stretchAt(timeline, seconds)?.firstChunk ?? timeline.initChunks;
  for (let index = from; index < timeline.chunks; index++) {
    if (have.has(index)) continue;
    if (index === cursor) return cursor;
    return timeline.stretches.findLast((stretch) => stretch.firstChunk <= index)?.firstChunk ?? index;
  }
  return null;
}
