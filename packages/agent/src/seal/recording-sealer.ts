import type { Instant } from '@nightlatch/protocol/encoding';
import { newEventId, type RandomBytes } from '@nightlatch/protocol/ids';
import { EventMetadata } from '@nightlatch/protocol/manifest';
import { createSealer, type Sealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { utf8 } from '@nightlatch/vault/encoding';
import type { RecordingStart } from '../recorder/recording.ts';
import type { EventWriter } from '../spool/event-writer.ts';
import type { Spool } from '../spool/spool.ts';
import { type ClipPiece, createChunker } from './chunker.ts';
import type { SealingEpoch } from './epoch.ts';
import { sealWhole } from './whole-object.ts';

const THUMBNAIL_REVISIONS = 8;

/** Seals one recording while it happens. Calls come one after the other. */
export interface RecordingSealer {
  init(bytes: Uint8Array): Promise<void>;
  /** False once the clip is as long as a clip may be: it is to be ended then. */
  fragment(bytes: Uint8Array, atMilliseconds: number, keyFrame: boolean): Promise<boolean>;
  thumbnail(jpeg: Uint8Array<ArrayBuffer>): Promise<void>;
  end(endedAt: Instant): Promise<void>;
  /** It cannot go on; what is durable stays, as an interrupted clip. */
  interrupt(): Promise<void>;
}

export interface SealParts {
  readonly spool: Spool;
  readonly devicePrivateKey: CryptoKey;
  readonly random: RandomBytes;
}

/** Begins an event in the spool, with its metadata. @throws SpoolFull where there is no room. */
export async function beginRecording(
  parts: SealParts,
  epoch: SealingEpoch,
  start: RecordingStart,
): Promise<RecordingSealer> {
  const { random, devicePrivateKey } = parts;
  const { camera, startedAt } = start;
  const event = newEventId(random);
  const writer = await parts.spool.begin({ home: epoch.home, camera, event, epoch: epoch.epoch, startedAt });
  const record = () => writer.event.record;
  const chunker = createChunker();
  let sealer: Sealer | null = null;
  let revision = 0;
  let until = 0;

  const putWhole = async (kind: 'thumbnail' | 'metadata', at: number, plaintext: Uint8Array<ArrayBuffer>) => {
    const sealed = await sealWhole({
      record: record(),
      kind,
      revision: at,
      plaintext,
      epoch,
      devicePrivateKey,
      random,
    });
    await writer.putObject(sealed.object, sealed.container);
  };
  const append = async (pieces: readonly ClipPiece[]): Promise<void> => {
    if (sealer === null) throw new Error('a fragment came before the init segment');
    for (const piece of pieces) {
      const { frame, sealed, hash } = await sealer.seal(piece.plaintext, { final: false });
      const chunk: [number, string, number | null] = [sealed.length, hash, piece.keyAtMilliseconds];
      await writer.appendClip(chunk, frame, piece.untilMilliseconds);
    }
  };
  const interrupt = (): Promise<void> => writer.interrupt(startedAt + until);

  const metadata: EventMetadata = {
    mediaType: start.mediaType,
    widthPixels: start.widthPixels,
    heightPixels: start.heightPixels,
    hasAudio: start.hasAudio,
    trigger: 'motion',
    motionBox: start.motionBox,
  };
  try {
    await putWhole('metadata', 0, utf8(JSON.stringify(EventMetadata.parse(metadata))));
  } catch (error) {
    await interrupt();
    throw error;
  }

  return {
    init: async (bytes) => {
      if (sealer !== null) throw new Error('a recording has one init segment');
      sealer = await openClip(writer, epoch, random);
      await append(chunker.init(bytes));
    },
    fragment: async (bytes, atMilliseconds, keyFrame) => {
      until = Math.max(until, atMilliseconds);
      await append(chunker.fragment(bytes, atMilliseconds, keyFrame));
      return !chunker.isFull();
    },
    thumbnail: async (jpeg) => {
      if (revision >= THUMBNAIL_REVISIONS) return;
      await putWhole('thumbnail', revision, jpeg);
      revision += 1;
    },
    end: async (endedAt) => {
      if (sealer === null) return interrupt();
      const rest = chunker.rest();
      const { frame, sealed, hash } = await sealer.seal(rest.plaintext, { final: true });
      const chunk: [number, string, number | null] = [sealed.length, hash, rest.keyAtMilliseconds];
      await writer.finish(chunk, frame, rest.untilMilliseconds, Math.max(endedAt, startedAt));
    },
    interrupt,
  };
}

/** A new key and a new container for the clip; the key lives only in the sealer. */
async function openClip(writer: EventWriter, epoch: SealingEpoch, random: RandomBytes): Promise<Sealer> {
  const { home, camera, event, epoch: number } = writer.event.record;
  const label = { home, camera, event, kind: 'clip', revision: 0, epoch: number } as const;
  const contentKey = newContentKey(random);
  const sealedKey = await sealContentKey(contentKey, { ...label, epochPublicKey: epoch.publicKey });
  const sealer = await createSealer({ label, contentKey, random });
  contentKey.fill(0);
  const { header, headerHash } = sealer;
  await writer.openClip({ sealedKey, headerHash, headerBytes: header.length }, header);
  return sealer;
}
