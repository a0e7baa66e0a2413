import { CHUNK_FRAME_BYTES, containerBytes, type Manifest } from '@nightlatch/protocol/manifest';
import type { EpochKey } from '@nightlatch/vault/epoch';
import { createByteQueue } from './byte-queue.ts';
import type { Guards } from './guards.ts';
import type { ObjectQuestion } from './question.ts';
import { Refusal, refusing } from './refusal.ts';
import type { Road, SealedBody } from './road.ts';

type Opener = Awaited<ReturnType<Guards['opener']>>;

export interface OpenedChunk {
  readonly index: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface SealedObject {
  /** The newest manifest that was verified for it. */
  readonly manifest: Manifest;
  /** Takes a newer manifest of a growing object, already verified against the same question. */
  renew(manifest: Manifest): void;
  /**
   * Opened chunks in order from index `from`, each given out only after every check. Ends where the bytes end that
   * have arrived, or at the last chunk of the manifest. Throws a `Refusal`, or what the network throws.
   */
  read(from: number, signal: AbortSignal): AsyncGenerator<OpenedChunk, void, void>;
}

/** Where the frame of chunk `index` begins in the container, in bytes. */
export const frameStart = (manifest: Manifest, index: number): number =>
  containerBytes({ headerBytes: manifest.headerBytes, chunks: manifest.chunks.slice(0, index) });

/**
 * One sealed object under a verified manifest. `first` are its bytes from the start, where they were asked for before
 * the manifest was there.
 */
export function openSealedObject(given: {
  asked: ObjectQuestion;
  manifest: Manifest;
  epochKey: () => Promise<EpochKey>;
  guards: Guards;
  road: Road;
  first?: Promise<SealedBody | null>;
}): SealedObject {
  const { asked, guards, road } = given;
  let { manifest, first } = given;
  let opener: Promise<Opener> | null = null;
  const contentKey = given
    .epochKey()
    .then((epochKey) =>
      refusing('epoch', () =>
        guards.contentKey(manifest.sealedKey, { ...asked, epoch: manifest.epoch, epochKey }),
      ),
    );
  contentKey.catch(() => undefined);

  async function openerOf(header: Uint8Array<ArrayBuffer>): Promise<Opener> {
    const label = { ...asked, epoch: manifest.epoch };
    await refusing('object', () => guards.headerLabel(label, header));
    await refusing('object', () => guards.headerHash(manifest, header));
    const key = await contentKey;
    return refusing('object', () => guards.opener({ header, label, contentKey: key }));
  }

  async function* read(from: number, signal: AbortSignal): AsyncGenerator<OpenedChunk, void, void> {
    const atStart = opener === null;
    const start = atStart ? 0 : frameStart(manifest, from);
    const sealed = start === 0 && first !== undefined ? await first : await road.sealed(asked, start, signal);
    first = undefined;
    if (sealed === null) return;
    const reader = sealed.body.getReader();
    const stop = () => void reader.cancel().catch(() => undefined);
    signal.addEventListener('abort', stop, { once: true });
    const queue = createByteQueue();
    const take = async (count: number) => {
      for (;;) {
        const taken = queue.take(count);
        if (taken !== null) return taken;
        const { done, value } = await reader.read();
        signal.throwIfAborted();
        if (done) return null;
        queue.put(value);
      }
    };
    try {
      signal.throwIfAborted();
      if (sealed.start !== start) throw new Refusal('object', 'wrong-range');
      if (atStart) {
        const header = await take(manifest.headerBytes);
        if (header === null) return;
        opener ??= openerOf(header);
        await opener;
        if (from > 0) {
          stop();
          return yield* read(from, signal);
        }
      }
      for (let index = from; index < manifest.chunks.length; index++) {
        const chunk = manifest.chunks[index];
        const frame = chunk === undefined ? null : await take(CHUNK_FRAME_BYTES + chunk[0]);
        if (frame === null) return;
        guards.chunkLength(manifest, index, frame);
        await guards.chunkHash(manifest, index, frame);
        const final = manifest.state === 'complete' && index === manifest.chunks.length - 1;
        const bytes = await refusing('object', async () =>
          (await opener)?.open(index, frame.subarray(CHUNK_FRAME_BYTES), { final }),
        );
        signal.throwIfAborted();
        if (bytes !== undefined) yield { index, bytes };
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  return {
    get manifest() {
      return manifest;
    },
    renew(newer) {
      guards.extendsOlder(manifest, newer);
      manifest = newer;
    },
    read,
  };
}

/** The whole of a small object, at most `bytesMax` of container, all of it or nothing. Null: not all has arrived. */
export async function readWhole(
  object: SealedObject,
  bytesMax: number,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { manifest } = object;
  if (manifest.state !== 'complete') return null;
  const limit = containerBytes(manifest);
  if (limit > bytesMax) throw new Refusal('object', 'too-large');
  const whole = new Uint8Array(limit);
  let length = 0;
  let chunks = 0;
  for await (const { bytes } of object.read(0, signal)) {
    whole.set(bytes, length);
    length += bytes.length;
    chunks += 1;
  }
  return chunks === manifest.chunks.length ? whole.slice(0, length) : null;
}
