import assert from 'node:assert/strict';
import test from 'node:test';
import { CHUNK_BYTES_MAX, CHUNKS_MAX } from '@nightlatch/protocol/manifest';
import { contentKey, label, otherCamera, otherEvent, otherHome, ramp } from '../tests/making/fixed.ts';
import { createOpener, createSealer, parseHeader, readFrames } from './container.ts';
import { type Bytes, concat, hashBytes, systemRandom, uint32, utf8 } from './encoding.ts';

const texts = ['first', 'second', 'third'];
const sealTexts = async (of = label, key = contentKey) => {
  const sealer = await createSealer({ label: of, contentKey: key, random: systemRandom });
  const chunks = [];
  for (const [index, text] of texts.entries()) {
    chunks.push(await sealer.seal(utf8(text), { final: index === texts.length - 1 }));
  }
  return { header: sealer.header, headerHash: sealer.headerHash, chunks };
};
const one = await sealTexts();
const openerOfOne = await createOpener({ header: one.header, label, contentKey });
const sealedAt = (index: number, of = one): Bytes => of.chunks[index]?.sealed ?? new Uint8Array(0);
const damaged = { name: 'VaultError', reason: 'damaged' };

test('chunks open in any order, each at its place', async () => {
  for (const index of [2, 0, 1]) {
    const plaintext = await openerOfOne.open(index, sealedAt(index), { final: index === 2 });
    assert.deepEqual(plaintext, utf8(texts[index] ?? ''));
  }
});

test('the header says what the object is, to anybody, and its hash and length are those of the manifest', async () => {
  const behind = concat(one.header, utf8('what follows'));
  const found = parseHeader(behind);
  assert.deepEqual(found.label, label);
  assert.equal(found.headerBytes, one.header.length);
  assert.equal(await hashBytes(found.header), one.headerHash);
});

test('a header is read from the middle of a larger buffer', () => {
  const shifted = concat(Uint8Array.of(9, 9, 9), one.header).subarray(3);
  assert.deepEqual(parseHeader(shifted).label, label);
  assert.deepEqual(parseHeader(Buffer.from(one.header)).label, label);
});

test('a chunk at another place is refused', async () => {
  await assert.rejects(openerOfOne.open(0, sealedAt(1), { final: false }), damaged);
  await assert.rejects(openerOfOne.open(1, sealedAt(0), { final: false }), damaged);
});

test('a final flag that was added or taken away is refused: truncation cannot be hidden', async () => {
  await assert.rejects(openerOfOne.open(1, sealedAt(1), { final: true }), damaged);
  await assert.rejects(openerOfOne.open(2, sealedAt(2), { final: false }), damaged);
});

test('a chunk of another container is refused, also under one key and one label', async () => {
  const twin = await sealTexts();
  await assert.rejects(openerOfOne.open(0, sealedAt(0, twin), { final: false }), damaged);
});

test('every field of the label is compared with what was asked for', async () => {
  const others = [
    { home: otherHome },
    { camera: otherCamera },
    { event: otherEvent },
    { kind: 'clip' as const },
    { revision: 0 },
  ];
  for (const other of others) {
    const asked = createOpener({ header: one.header, label: { ...label, ...other }, contentKey });
    await assert.rejects(asked, { reason: 'wrong-subject' });
  }
  const asked = createOpener({ header: one.header, label: { ...label, epoch: 4 }, contentKey });
  await assert.rejects(asked, { reason: 'wrong-epoch' });
});

test('a container that was relabelled does not open, even when it is asked for by its new label', async () => {
  const otherLabels = [
    { home: otherHome },
    { camera: otherCamera },
    { event: otherEvent },
    { kind: 'clip' as const },
    { revision: 0 },
    { epoch: 4 },
  ];
  const found = parseHeader(one.header);
  for (const other of otherLabels) {
    const relabelled = { ...label, ...other };
    const twin = await createSealer({ label: relabelled, contentKey, random: () => found.salt });
    const opener = await createOpener({ header: twin.header, label: relabelled, contentKey });
    await assert.rejects(opener.open(0, sealedAt(0), { final: false }), damaged);
  }
});

test('another key is refused by the commitment, before any chunk is tried', async () => {
  const other = createOpener({ header: one.header, label, contentKey: ramp(0x44, 32) });
  await assert.rejects(other, { reason: 'wrong-key' });
  await assert.rejects(createOpener({ header: one.header, label, contentKey: ramp(1, 31) }), {
    reason: 'malformed',
  });
});

test('no bit of the header can be turned', async () => {
  for (let bit = 0; bit < one.header.length * 8; bit++) {
    const header = one.header.slice();
    header[bit >> 3] = (header[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await assert.rejects(createOpener({ header, label, contentKey }), { name: 'VaultError' }, `bit ${bit}`);
  }
});

test('no byte of a chunk can be turned, and no byte cut off or added', async () => {
  for (let byte = 0; byte < sealedAt(0).length; byte++) {
    const sealed = sealedAt(0).slice();
    sealed[byte] = (sealed[byte] ?? 0) ^ 0x80;
    await assert.rejects(openerOfOne.open(0, sealed, { final: false }), damaged);
  }
  await assert.rejects(openerOfOne.open(0, sealedAt(0).slice(0, -1), { final: false }), damaged);
  await assert.rejects(openerOfOne.open(0, concat(sealedAt(0), Uint8Array.of(0)), { final: false }), damaged);
});

test('a header that ends early says so, at every length', () => {
  for (let length = 0; length < one.header.length; length++) {
    assert.throws(
      () => parseHeader(one.header.subarray(0, length)),
      { reason: 'truncated' },
      `${length} bytes`,
    );
  }
});

test('a header that lies about its length, or has ids or numbers that cannot be, is refused', () => {
  const withByte = (offset: number, byte: number) => one.header.slice().fill(byte, offset, offset + 1);
  const zeros = (header: Bytes) => concat(header, new Uint8Array(70_000));
  const epochZero = one.header.slice().fill(0, 9, 13);
  const lies = [
    withByte(5, 170),
    withByte(5, 172),
    withByte(5, 12),
    withByte(4, 0xff),
    withByte(6, 2),
    withByte(7, 0),
    withByte(7, 4),
    withByte(8, 8),
    withByte(13, 255),
    withByte(13, 30),
    withByte(14, 65),
    epochZero,
  ];
  for (const [index, header] of lies.entries()) {
    assert.throws(() => parseHeader(zeros(header)), { reason: 'malformed' }, `lie ${index}`);
  }
});

test('an id behind a byte order mark is not that id: there is one header for a label', () => {
  const idAt = 13;
  const marked = concat(
    one.header.subarray(0, idAt),
    Uint8Array.of((one.header[idAt] ?? 0) + 3, 0xef, 0xbb, 0xbf),
    one.header.subarray(idAt + 1),
  );
  new DataView(marked.buffer).setUint16(4, marked.length);
  assert.throws(() => parseHeader(marked), { reason: 'malformed' });
});

test('a header longer than any can be is refused at once, and not waited for', () => {
  const long = one.header.slice().fill(0xff, 4, 6);
  assert.throws(() => parseHeader(long), { reason: 'malformed' });
});

test('nothing is sealed after the final chunk', async () => {
  const sealer = await createSealer({ label, contentKey, random: systemRandom });
  await sealer.seal(utf8('only'), { final: true });
  await assert.rejects(sealer.seal(utf8('more'), { final: false }), /has ended/);
  await assert.rejects(sealer.seal(utf8('more'), { final: true }), /has ended/);
});

test('two chunks that are sealed at once never share a counter', async () => {
  const sealer = await createSealer({ label, contentKey, random: systemRandom });
  const chunks = await Promise.all(
    texts.map((text, index) => sealer.seal(utf8(text), { final: index === 2 })),
  );
  assert.deepEqual(
    chunks.map(({ index }) => index),
    [0, 1, 2],
  );
  const opener = await createOpener({ header: sealer.header, label, contentKey });
  for (const { index, sealed } of chunks) {
    assert.deepEqual(await opener.open(index, sealed, { final: index === 2 }), utf8(texts[index] ?? ''));
  }
});

test('two containers under one content key share neither key nor header: the salt is fresh', async () => {
  const twin = await sealTexts();
  assert.notEqual(twin.headerHash, one.headerHash);
  assert.notDeepEqual(sealedAt(0, twin), sealedAt(0));
});

test('a sealer does not seal a chunk that is too long, and stays usable', async () => {
  const sealer = await createSealer({ label, contentKey, random: systemRandom });
  await assert.rejects(sealer.seal(new Uint8Array(CHUNK_BYTES_MAX + 1), { final: false }), RangeError);
  const { index, sealed, frame } = await sealer.seal(new Uint8Array(CHUNK_BYTES_MAX), { final: true });
  assert.equal(index, 0);
  assert.equal(sealed.length, CHUNK_BYTES_MAX + 16);
  assert.deepEqual(frame, concat(uint32(CHUNK_BYTES_MAX + 16), sealed));
});

test('a container has at most as many chunks as a manifest', async () => {
  const sealer = await createSealer({ label, contentKey, random: systemRandom });
  for (let index = 0; index < CHUNKS_MAX; index++) await sealer.seal(new Uint8Array(0), { final: false });
  await assert.rejects(sealer.seal(new Uint8Array(0), { final: true }), RangeError);
  await assert.rejects(openerOfOne.open(CHUNKS_MAX, sealedAt(0), { final: false }), RangeError);
  await assert.rejects(openerOfOne.open(-1, sealedAt(0), { final: false }), RangeError);
});

test('a label that no manifest could have is not sealed', async () => {
  for (const other of [
    { revision: 8 },
    { revision: -1 },
    { revision: 0.5 },
    { epoch: 0 },
    { epoch: 2 ** 32 },
  ]) {
    const sealer = createSealer({ label: { ...label, ...other }, contentKey, random: systemRandom });
    await assert.rejects(sealer, RangeError);
  }
});

test('whole frames are split off, and a partial one waits for its rest', () => {
  const container = concat(one.header, ...one.chunks.map(({ frame }) => frame));
  const start = one.header.length;
  const whole = readFrames(container, start);
  assert.deepEqual(
    whole.chunks,
    one.chunks.map(({ sealed }) => sealed),
  );
  assert.deepEqual([whole.nextOffset, whole.tailBytes], [container.length, 0]);
  for (let cut = 1; cut < (one.chunks[2]?.frame.length ?? 0); cut++) {
    const { chunks, nextOffset, tailBytes } = readFrames(
      container.subarray(0, container.length - cut),
      start,
    );
    assert.equal(chunks.length, 2);
    assert.equal(nextOffset + tailBytes, container.length - cut);
  }
  assert.deepEqual(readFrames(container, container.length), {
    chunks: [],
    nextOffset: container.length,
    tailBytes: 0,
  });
});

test('a frame whose length cannot be is refused before it is waited for', () => {
  for (const length of [0, 15, CHUNK_BYTES_MAX + 17, 0xffff_ffff]) {
    assert.throws(() => readFrames(uint32(length), 0), { reason: 'malformed' });
  }
});
