import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createDecoding } from './decoding.ts';

interface Named {
  readonly name: string;
  readonly isKeyframe: boolean;
  free(): void;
}

/** A decoder that takes each packet when it is let, and the names of what it took. */
function slowDecoder() {
  const taken: string[] = [];
  const freed: string[] = [];
  let finish: (() => void)[] = [];
  const packet = (name: string, isKeyframe = false): Named => ({
    name,
    isKeyframe,
    free: () => void freed.push(name),
  });
  return {
    ...{ taken, freed, packet },
    decode: ({ name }: Named) => {
      taken.push(name);
      return new Promise<void>((resolve) => finish.push(resolve));
    },
    async letOne() {
      finish.shift()?.();
      await turn();
    },
    async letAll() {
      while (finish.length > 0) {
        const all = finish;
        finish = [];
        for (const go of all) go();
        await turn();
      }
    },
  };
}

test('packets are decoded one after another, in their order, and each is freed once', async () => {
  const { packet, decode, taken, freed, letOne, letAll } = slowDecoder();
  const decoding = createDecoding(decode, { waitingMax: 8 });
  for (const name of ['a', 'b', 'c']) decoding.add(packet(name, name === 'a'));
  assert.deepEqual(taken, ['a'], 'the second waits for the first');
  await letOne();
  assert.deepEqual(taken, ['a', 'b']);
  await letAll();
  assert.deepEqual(taken, ['a', 'b', 'c']);
  assert.deepEqual(freed, ['a', 'b', 'c']);
});

test('a decoder that does not keep up goes on at a key frame, with nothing old before it', async () => {
  const { packet, decode, taken, freed, letAll } = slowDecoder();
  const decoding = createDecoding(decode, { waitingMax: 2 });
  for (const name of ['1', '2', '3', '4', '5']) decoding.add(packet(name, name === '1'));
  assert.deepEqual(
    freed,
    ['2', '3', '4', '5'],
    'two waited, the next was too much, and so was what needs it',
  );
  decoding.add(packet('6', true));
  decoding.add(packet('7'));
  await letAll();
  assert.deepEqual(taken, ['1', '6', '7']);
  assert.deepEqual(freed.toSorted(), ['1', '2', '3', '4', '5', '6', '7']);
});

test('a failure is thrown at the next packet, and nothing after it is decoded', async () => {
  const freed: string[] = [];
  const taken: string[] = [];
  const packet = (name: string) => ({ name, isKeyframe: true, free: () => void freed.push(name) });
  const decoding = createDecoding(
    async ({ name }: Named) => {
      taken.push(name);
      throw new Error('broken');
    },
    { waitingMax: 8 },
  );
  decoding.add(packet('a'));
  decoding.add(packet('b'));
  await turn();
  assert.throws(() => decoding.add(packet('c')), /broken/);
  assert.deepEqual(taken, ['a']);
  assert.deepEqual(freed.toSorted(), ['a', 'b', 'c']);
});

test('closing waits for the packet that is being decoded, and leaves the others out', async () => {
  const { packet, decode, taken, freed, letAll } = slowDecoder();
  const decoding = createDecoding(decode, { waitingMax: 8 });
  decoding.add(packet('a', true));
  decoding.add(packet('b'));
  let isClosed = false;
  const closing = decoding.close().then(() => {
    isClosed = true;
  });
  await turn();
  assert.equal(isClosed, false);
  await letAll();
  await closing;
  assert.deepEqual(taken, ['a']);
  assert.deepEqual(freed.toSorted(), ['a', 'b']);
});
