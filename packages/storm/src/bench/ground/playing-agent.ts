import type { RecordingMessage } from '@nightlatch/agent/recorder/recording';
import { composeAgent, SURROUNDINGS } from '@nightlatch/agent/wiring';
import { makeLog } from '@nightlatch/server/logging';
import type { BenchContext } from '../suite.ts';
import { newDirectory } from './cloud-process.ts';
import { SCENE } from './numbered-scene.ts';
import { CLIP_SECONDS, type RecordedClip } from './recorded-clip.ts';

type StartCamera = typeof SURROUNDINGS.startCamera;
type CameraOptions = Parameters<StartCamera>[0];

/** What the process of a camera tells of one recording, as fast as it is taken. */
function* messages({ camera, now }: CameraOptions, clip: RecordedClip): Generator<RecordingMessage> {
  const recording = 1;
  const startedAt = now() - CLIP_SECONDS * 1000;
  const { mediaType, init, fragments, thumbnail } = clip;
  const { widthPixels, heightPixels } = SCENE;
  const start = { camera, startedAt, mediaType, widthPixels, heightPixels, hasAudio: false, motionBox: null };
  yield { kind: 'start', recording, start };
  yield { kind: 'init', recording, bytes: init };
  yield { kind: 'thumbnail', recording, jpeg: thumbnail, score: 1 };
  for (const fragment of fragments) yield { kind: 'fragment', recording, ...fragment };
  yield { kind: 'end', recording, endedAt: startedAt + CLIP_SECONDS * 1000 };
}

/** A camera that makes this one recording as soon as it may. */
const playing =
  (clip: RecordedClip): StartCamera =>
  (options) => {
    const { now, onMessage } = options;
    let told = Promise.resolve();
    let begun = false;
    const begin = async () => {
      await onMessage({ kind: 'state', state: { state: 'watching', since: now(), reason: null } });
      for (const message of messages(options, clip)) await onMessage(message);
    };
    const setArmed = (armed: boolean) => {
      if (!armed || begun) return;
      begun = true;
      told = begin();
    };
    setArmed(options.armed);
    return { setArmed, setLive: () => {}, processId: null, stop: () => told };
  };

/**
 * The agent as it is, with its sealer, its spool and its uplink; only the process of its camera is replaced by one that
 * hands over a clip. Answers the code to pair it with.
 */
export async function startPlayingAgent(
  context: BenchContext,
  serverUrl: string,
  clip: RecordedClip,
): Promise<string> {
  const code = Promise.withResolvers<string>();
  const stop = new AbortController();
  const agent = await composeAgent(
    {
      serverUrl,
      dataDirectory: await newDirectory(context),
      demo: true,
      pagePort: 0,
      log: makeLog({ level: 'fatal' }),
      tell: (news) => {
        if (news.kind === 'pairing-code') code.resolve(news.code);
      },
    },
    { ...SURROUNDINGS, startCamera: playing(clip) },
    stop.signal,
  );
  const over = agent.run().catch(code.reject);
  context.afterwards(async () => {
    stop.abort();
    await over;
  });
  return code.promise;
}
