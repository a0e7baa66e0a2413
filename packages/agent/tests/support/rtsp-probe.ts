import { Decoder, Demuxer } from 'node-av/api';
import { AVMEDIA_TYPE_AUDIO } from 'node-av/constants';

export interface ProbedPicture {
  seconds: number;
  keyFrame: boolean;
  /** Of its brightest pixel, 0 to 255: the ball of the test scene is white on black. */
  brightest: number;
}
export interface ProbedClip {
  widthPixels: number;
  heightPixels: number;
  pictures: ProbedPicture[];
  soundSeconds: { first: number; last: number; frames: number } | null;
}

/** Decodes a clip with FFmpeg, which knows nothing of the code that wrote it. */
export async function probeClip(file: Buffer): Promise<ProbedClip> {
  await using input = await Demuxer.open(file);
  const video = input.video();
  if (!video) throw new Error('the clip has no video');
  using decoder = await Decoder.create(video);
  const pictures: ProbedPicture[] = [];
  for await (using frame of decoder.frames(input.packets(video.index))) {
    if (!frame) continue;
    const luma = frame.data?.[0] ?? Buffer.alloc(0);
    const seconds = (Number(frame.pts) * video.timeBase.num) / video.timeBase.den;
    pictures.push({
      seconds,
      keyFrame: frame.keyFrame === 1,
      brightest: luma.reduce((a, b) => Math.max(a, b), 0),
    });
  }
  return {
    widthPixels: video.codecpar.width,
    heightPixels: video.codecpar.height,
    pictures,
    soundSeconds: await probeSound(file),
  };
}

async function probeSound(file: Buffer): Promise<ProbedClip['soundSeconds']> {
  await using input = await Demuxer.open(file);
  const audio = input.streams.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_AUDIO);
  if (!audio) return null;
  using decoder = await Decoder.create(audio);
  const times: number[] = [];
  for await (using frame of decoder.frames(input.packets(audio.index)))
    if (frame) times.push((Number(frame.pts) * audio.timeBase.num) / audio.timeBase.den);
  return { first: times[0] ?? Number.NaN, last: times.at(-1) ?? Number.NaN, frames: times.length };
}
