import type { RecorderParameters } from './parameters.ts';

type Jpeg = Uint8Array<ArrayBuffer>;
interface Candidate {
  jpeg: Jpeg;
  score: number;
}

/** Chooses the thumbnails of one event: the frame with most motion about a second in, and a clearly better one later. */
export function createThumbnailChoice(parameters: RecorderParameters) {
  let best: Candidate | null = null;
  let sentScore: number | null = null;

  function take(): Candidate | null {
    if (!best || best.score === sentScore) return null;
    sentScore = best.score;
    return best;
  }

  return {
    /** Whether a frame of this score should be made a JPEG: that is a handful of times for an event. */
    wants(score: number): boolean {
      // An event that begins as its motion dies down (a camera armed just then) has no score, and a picture all the same.
      if (best === null) return true;
      if (score <= best.score) return false;
      return sentScore === null || score >= sentScore * parameters.betterThumbnailRatio;
    },
    offer(candidate: Candidate): void {
      if (best === null || candidate.score > best.score) best = candidate;
    },
    /** The first thumbnail, once. */
    first: (): Candidate | null => (sentScore === null ? take() : null),
    /** At the end: the first thumbnail where none was sent, or the better one. */
    last: take,
  };
}
export type ThumbnailChoice = ReturnType<typeof createThumbnailChoice>;
