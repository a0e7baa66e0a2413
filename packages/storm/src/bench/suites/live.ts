import { type CameraDelays, measureDelays } from '../ground/live/delay.ts';
import { delayFigures, tapFigures } from '../ground/live/delay-figures.ts';
import { LARGE_CAMERA, SMALL_CAMERA } from '../ground/numbered-camera.ts';
import { part } from '../ground/part.ts';
import { memoryFigures, relayFigures } from '../ground/relay/relay-figures.ts';
import { loadRelay } from '../ground/relay/relay-load.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const RELAY_SECONDS = 6;

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const cameras: CameraDelays[] = [];
  for (const make of [SMALL_CAMERA, LARGE_CAMERA])
    cameras.push(await part(context, (ofPart) => measureDelays(ofPart, make)));
  const pairs = { viewersPerCamera: 2, steps: [100, 200, 400], seconds: RELAY_SECONDS };
  // An account may have 128 pictures open.
  const crowd = { viewersPerCamera: 100, steps: [100, 400], seconds: RELAY_SECONDS };
  const relayed = [
    { ...pairs, measured: await part(context, (ofPart) => loadRelay(ofPart, pairs)) },
    { ...crowd, measured: await part(context, (ofPart) => loadRelay(ofPart, crowd)) },
  ];
  return [
    ...cameras.flatMap(delayFigures),
    ...cameras.flatMap(tapFigures),
    ...relayed.flatMap(relayFigures),
    ...memoryFigures(relayed),
  ];
}

export const suite: Suite = {
  name: 'live',
  describe:
    'from the encoder to the screen, against FFmpeg HLS and rtsp-relay on the same camera; tap to picture; the relay',
  run,
};
