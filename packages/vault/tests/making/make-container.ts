import { createSealer, type ObjectLabel } from '../../src/container.ts';
import { concat, hashBytes } from '../../src/encoding.ts';
import type { ChunkVector, ContainerVectors } from '../../src/vectors/check-container.ts';
import { plaintextOf } from '../../src/vectors/check-container.ts';
import { fromHex, toHex } from '../../src/vectors/expect.ts';
import { camera, contentKey, event, home, label, otherCamera, otherEvent, otherHome, ramp } from './fixed.ts';

type Plain = Pick<ChunkVector, 'plaintext' | 'times' | 'final'>;
const LONG_CHUNK_BYTES = 1024;

async function sealCase(name: string, of: ObjectLabel, key: Uint8Array<ArrayBuffer>, plain: Plain[]) {
  const salt = ramp(0x02, 32);
  const sealer = await createSealer({ label: of, contentKey: key, random: () => salt });
  const chunks: ChunkVector[] = [];
  const sealed: string[] = [];
  const parts = [sealer.header];
  for (const chunk of plain) {
    const made = await sealer.seal(plaintextOf(chunk), { final: chunk.final });
    const text = toHex(made.sealed);
    sealed.push(text);
    parts.push(made.frame);
    chunks.push({ ...chunk, sealed: made.sealed.length > LONG_CHUNK_BYTES ? null : text, hash: made.hash });
  }
  const container = concat(...parts);
  const header = toHex(sealer.header);
  const vector = {
    name,
    label: { ...of },
    contentKey: toHex(key),
    salt: toHex(salt),
    commitment: toHex(sealer.header.slice(-32)),
    header,
    headerHash: sealer.headerHash,
    chunks,
    containerHash: await hashBytes(container),
  };
  return { vector, header, sealed, container };
}

const plainOf = (plaintext: string, final: boolean, times = 1): Plain => ({ plaintext, times, final });

export async function makeContainer(): Promise<ContainerVectors> {
  const three = await sealCase('three chunks', label, contentKey, [
    plainOf('00010203', false),
    plainOf('04050607', false),
    plainOf('08', true),
  ]);
  const clip: ObjectLabel = { home, camera, event, kind: 'clip', revision: 0, epoch: 0xffff_ffff };
  const full = await sealCase('two full chunks and an empty final one', clip, ramp(0x05, 32), [
    plainOf('a5', false, 65536),
    plainOf('5a', false, 65536),
    plainOf('', true),
  ]);
  const cut = await sealCase('interrupted: no final chunk', { ...clip, epoch: 1 }, ramp(0x06, 32), [
    plainOf('ff', false, 3),
  ]);
  const metadata = await sealCase('one chunk', { ...clip, kind: 'metadata', epoch: 1 }, ramp(0x07, 32), [
    plainOf('7b7d', true),
  ]);
  const twin = await sealCase('', { ...label, event: otherEvent }, contentKey, [plainOf('00010203', false)]);

  const [first = '', second = '', last = ''] = three.sealed;
  const base = {
    label: { ...label },
    contentKey: toHex(contentKey),
    header: three.header,
    index: 0,
    final: false,
  };
  const flip = (text: string, byte: number): string => {
    const bytes = fromHex(text);
    bytes[byte] = (bytes[byte] ?? 0) ^ 1;
    return toHex(bytes);
  };
  const relabelled = Object.entries({
    home: otherHome,
    camera: otherCamera,
    event: otherEvent,
    kind: 'clip',
    revision: 0,
  }).map(([field, value]) => ({
    ...base,
    name: `asked for another ${field}`,
    reason: 'wrong-subject' as const,
    label: { ...label, [field]: value },
    sealed: first,
  }));
  return {
    cases: [three.vector, full.vector, cut.vector, metadata.vector],
    refused: [
      ...relabelled,
      {
        ...base,
        name: 'asked for another epoch',
        reason: 'wrong-epoch',
        label: { ...label, epoch: 4 },
        sealed: first,
      },
      { ...base, name: 'another key', reason: 'wrong-key', contentKey: toHex(ramp(0x09, 32)), sealed: first },
      { ...base, name: 'chunks exchanged', reason: 'damaged', sealed: second },
      { ...base, name: 'final flag added', reason: 'damaged', sealed: first, final: true },
      { ...base, name: 'final flag removed', reason: 'damaged', index: 2, sealed: last },
      {
        ...base,
        name: 'chunk of another container under the same key',
        reason: 'damaged',
        sealed: twin.sealed[0] ?? '',
      },
      { ...base, name: 'bit of the ciphertext', reason: 'damaged', sealed: flip(first, 0) },
      { ...base, name: 'bit of the tag', reason: 'damaged', sealed: flip(first, first.length / 2 - 1) },
      {
        ...base,
        name: 'bit of the salt',
        reason: 'wrong-key',
        header: flip(three.header, 107),
        sealed: first,
      },
      {
        ...base,
        name: 'bit of the commitment',
        reason: 'wrong-key',
        header: flip(three.header, 170),
        sealed: first,
      },
      {
        ...base,
        name: 'bit of the magic',
        reason: 'malformed',
        header: flip(three.header, 0),
        sealed: first,
      },
      { ...base, name: 'another suite', reason: 'malformed', header: flip(three.header, 6), sealed: first },
      { ...base, name: 'header cut', reason: 'truncated', header: three.header.slice(0, -2), sealed: first },
      { ...base, name: 'chunk shorter than a tag', reason: 'malformed', sealed: first.slice(0, 30) },
    ],
  };
}
