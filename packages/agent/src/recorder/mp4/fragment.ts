import { box, fullBox, u32, u64 } from './boxes.ts';

/** One sample on the timeline of the clip, in ticks of its track. */
export interface Sample {
  data: Uint8Array;
  dts: number;
  durationTicks: number;
  /** Presentation minus decoding time. */
  compositionOffsetTicks: number;
  keyFrame: boolean;
}

export interface TrackRun {
  track: number;
  samples: Sample[];
}

// Sample flags of ISO 14496-12, 8.8.3.1: a key frame depends on no other, all others are marked as not for random access.
const KEY_FRAME = 0x02000000;
const OTHER_FRAME = 0x01010000;
// tfhd: offsets count from the moof. trun: data offset, then per sample duration, size, flags, composition offset.
const DEFAULT_BASE_IS_MOOF = 0x020000;
const RUN_FIELDS = 0x000f01;

const i32 = (value: number): number[] => u32(value >>> 0);

/** moof and mdat with one run per track that has samples (ISO 14496-12). `sequence` counts from 1. */
export function fragment(sequence: number, tracks: TrackRun[]): Uint8Array<ArrayBuffer> {
  const runs = tracks.filter((track) => track.samples.length > 0);
  // The offsets of the data depend on the length of the moof, which does not depend on the offsets.
  const headBytes = movieFragment(sequence, runs, 0).length + 8;
  const head = movieFragment(sequence, runs, headBytes);
  const samples = runs.flatMap((run) => run.samples);
  const dataBytes = samples.reduce((sum, sample) => sum + sample.data.length, 0);
  const bytes = new Uint8Array(headBytes + dataBytes);
  bytes.set(head);
  bytes.set([...u32(dataBytes + 8), ...Buffer.from('mdat')], head.length);
  let at = headBytes;
  for (const sample of samples) {
    bytes.set(sample.data, at);
    at += sample.data.length;
  }
  return bytes;
}

function movieFragment(sequence: number, runs: TrackRun[], dataOffset: number) {
  let offset = dataOffset;
  const trackFragments = runs.map((run) => {
    const built = trackFragment(run, offset);
    offset += run.samples.reduce((sum, sample) => sum + sample.data.length, 0);
    return built;
  });
  return box('moof', fullBox('mfhd', 0, 0, u32(sequence)), ...trackFragments);
}

function trackFragment({ track, samples }: TrackRun, dataOffset: number) {
  const fields = samples.flatMap((sample) => [
    ...u32(sample.durationTicks),
    ...u32(sample.data.length),
    ...u32(sample.keyFrame ? KEY_FRAME : OTHER_FRAME),
    ...i32(sample.compositionOffsetTicks),
  ]);
  return box(
    'traf',
    fullBox('tfhd', 0, DEFAULT_BASE_IS_MOOF, u32(track)),
    fullBox('tfdt', 1, 0, u64(samples[0]?.dts ?? 0)),
    // Version 1: composition offsets are signed.
    fullBox('trun', 1, RUN_FIELDS, u32(samples.length), u32(dataOffset), fields),
  );
}
