import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { ObjectKind } from '@nightlatch/protocol/manifest';
import { createOpener, createSealer, type ObjectLabel, parseHeader, readFrames } from '../container.ts';
import { type Bytes, concat, hashBytes, toBase64Url } from '../encoding.ts';
import type { VaultReason } from '../errors.ts';
import { type Expectation, fromHex } from './expect.ts';

export interface LabelVector {
  readonly home: string;
  readonly camera: string;
  readonly event: string;
  readonly kind: string;
  readonly revision: number;
  readonly epoch: number;
}

/** `plaintext` is hexadecimal; `times` says how often it is repeated. `sealed` is left out of long chunks. */
export interface ChunkVector {
  readonly plaintext: string;
  readonly times: number;
  readonly final: boolean;
  readonly sealed: string | null;
  readonly hash: string;
}

export interface ContainerVectors {
  readonly cases: readonly {
    readonly name: string;
    readonly label: LabelVector;
    readonly contentKey: string;
    readonly salt: string;
    readonly commitment: string;
    readonly header: string;
    readonly headerHash: string;
    readonly chunks: readonly ChunkVector[];
    /** SHA-256 of the whole container, base64url. */
    readonly containerHash: string;
  }[];
  readonly refused: readonly {
    readonly name: string;
    readonly reason: VaultReason;
    readonly label: LabelVector;
    readonly contentKey: string;
    readonly header: string;
    readonly index: number;
    readonly sealed: string;
    readonly final: boolean;
  }[];
}

export const labelFrom = (label: LabelVector): ObjectLabel => ({
  home: HomeId.parse(label.home),
  camera: CameraId.parse(label.camera),
  event: EventId.parse(label.event),
  kind: ObjectKind.parse(label.kind),
  revision: label.revision,
  epoch: label.epoch,
});

export const plaintextOf = (chunk: Pick<ChunkVector, 'plaintext' | 'times'>): Bytes =>
  concat(...Array.from({ length: chunk.times }, () => fromHex(chunk.plaintext)));

/** Seals each case anew to the same bytes, opens it in reverse order, and is refused each forgery. */
export async function checkContainer(vectors: ContainerVectors, expect: Expectation): Promise<void> {
  for (const vector of vectors.cases) {
    const label = labelFrom(vector.label);
    const contentKey = fromHex(vector.contentKey);
    const sealer = await createSealer({ label, contentKey, random: () => fromHex(vector.salt) });
    expect.bytes(sealer.header, fromHex(vector.header), `${vector.name}, header`);
    expect.equal(sealer.headerHash, vector.headerHash, `${vector.name}, hash of the header`);
    const parts = [sealer.header];
    for (const chunk of vector.chunks) {
      const { sealed, hash, frame } = await sealer.seal(plaintextOf(chunk), { final: chunk.final });
      if (chunk.sealed !== null) expect.bytes(sealed, fromHex(chunk.sealed), `${vector.name}, chunk`);
      expect.equal(hash, chunk.hash, `${vector.name}, hash of a chunk`);
      parts.push(frame);
    }
    const container = concat(...parts);
    expect.equal(await hashBytes(container), vector.containerHash, `${vector.name}, container`);

    const found = parseHeader(container);
    expect.equal(JSON.stringify(found.label), JSON.stringify(label), `${vector.name}, label`);
    expect.equal(
      toBase64Url(found.commitment),
      toBase64Url(fromHex(vector.commitment)),
      `${vector.name}, key`,
    );
    const opener = await createOpener({ header: container, label, contentKey });
    const { chunks, tailBytes } = readFrames(container, found.headerBytes);
    expect.equal(chunks.length, vector.chunks.length, `${vector.name}, frames`);
    expect.equal(tailBytes, 0, `${vector.name}, bytes behind the last frame`);
    for (const [index, sealed] of [...chunks.entries()].reverse()) {
      const chunk = vector.chunks[index];
      if (chunk === undefined) throw new Error(`${vector.name} has no chunk ${index}`);
      const plaintext = await opener.open(index, sealed, { final: chunk.final });
      expect.bytes(plaintext, plaintextOf(chunk), `${vector.name}, opened chunk ${index}`);
    }
  }
  for (const forgery of vectors.refused) {
    await expect.refused(
      async () => {
        const opener = await createOpener({
          header: fromHex(forgery.header),
          label: labelFrom(forgery.label),
          contentKey: fromHex(forgery.contentKey),
        });
        return opener.open(forgery.index, fromHex(forgery.sealed), { final: forgery.final });
      },
      forgery.reason,
      forgery.name,
    );
  }
}
