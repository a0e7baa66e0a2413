import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { agentIdOf, newEventId, newHomeId } from '@nightlatch/protocol/ids';
import { Manifest } from '@nightlatch/protocol/manifest';
import type { AgentContent } from '../gate/agent.ts';
import { isDescribedBy, readAtOnce } from './upload-at-once.ts';

const id = '0'.repeat(26);
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');
const header = randomBytes(40);
const sealed = [randomBytes(500), randomBytes(20)];
const frame = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const whole = Buffer.concat([header, ...sealed.map(frame)]);
const manifest = Manifest.parse({
  ...{ home: `home_${id}`, camera: `cam_${id}`, event: `evt_${id}`, kind: 'clip', revision: 0, epoch: 1 },
  ...{ sequence: 1, previous: null, startedAt: 1000, endedAt: 2000, state: 'complete' },
  ...{ sealedKey: 'A'.repeat(107), headerHash: hash(header), headerBytes: header.length },
  chunks: sealed.map((bytes) => [bytes.length, hash(bytes), null]),
});

test('only the bytes of the manifest are those that it describes: none changed, none missing, none too many', () => {
  assert.equal(isDescribedBy(whole, manifest), true);
  for (let place = 0; place < whole.length; place++) {
    const wrong = Buffer.from(whole);
    wrong[place] = (wrong[place] ?? 0) ^ 1;
    assert.equal(isDescribedBy(wrong, manifest), false, String(place));
    assert.equal(isDescribedBy(whole.subarray(0, place), manifest), false);
  }
  assert.equal(isDescribedBy(Buffer.concat([whole, Buffer.alloc(1)]), manifest), false);
});

const content: AgentContent = {
  ...{ what: 'agent', agent: agentIdOf(randomBytes(32)), home: newHomeId(randomBytes), deviceKey: 'key' },
};
const event = newEventId(randomBytes);
const plain = {
  'content-type': 'application/offset+octet-stream',
  'content-length': '500',
  'upload-length': '500',
  'tus-resumable': '1.0.0',
  'upload-metadata': `event ${btoa(event)},kind ${btoa('thumbnail')},revision ${btoa('0')}`,
};
function taken(headers: Record<string, string | undefined>, method = 'POST'): boolean {
  const request = new IncomingMessage(new Socket());
  request.method = method;
  for (const [name, value] of Object.entries({ ...plain, ...headers }))
    if (value !== undefined) request.headers[name] = value;
  return readAtOnce(content, request) !== undefined;
}

test('what is not a small object with all its bytes in the request is left to tus', () => {
  assert.equal(taken({}), true);
  assert.equal(taken({}, 'PATCH'), false);
  for (const headers of [
    { 'content-length': '499' },
    { 'upload-length': '501' },
    { 'content-length': undefined },
    { 'content-length': '131073', 'upload-length': '131073' },
    { 'content-length': '0', 'upload-length': '0' },
    { 'upload-defer-length': '1' },
    { 'upload-concat': 'partial' },
    { 'tus-resumable': '0.2.2' },
    { 'content-type': 'application/octet-stream' },
    { 'upload-metadata': undefined },
    { 'upload-metadata': `event ${btoa('evt_x')},kind ${btoa('thumbnail')},revision ${btoa('0')}` },
    { 'upload-metadata': `${plain['upload-metadata']},more ${btoa('x'.repeat(1000))}` },
  ])
    assert.equal(taken(headers), false, JSON.stringify(headers));
});
