import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { CameraRow } from '@nightlatch/protocol/events';
import { type AgentId, agentIdOf, type CameraId, newCameraId } from '@nightlatch/protocol/ids';
import { sortCameras } from './cameras.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const ours = agentIdOf(random(32));
const theirs = agentIdOf(random(32));

const rowOf = (camera: CameraId, agent: AgentId, added: boolean): CameraRow => ({
  camera,
  agent,
  added,
  source: 'rtsp',
  state: { state: 'watching', since: 0, reason: null },
});
const logOf = (...cameras: [CameraId, AgentId][]) => ({
  agents: new Map([[ours, { deviceKey: 'key' }]]),
  cameras: new Map(
    cameras.map(([camera, agent]) => [
      camera,
      { agent, epochs: new Map(), currentEpoch: null, sealedName: null, nameEpoch: null },
    ]),
  ),
});

test('cameras of the log come first, and found ones after them', () => {
  const [added, found] = [newCameraId(random), newCameraId(random)];
  const sorted = sortCameras([rowOf(found, ours, false), rowOf(added, ours, true)], logOf([added, ours]));
  assert.deepEqual(
    sorted.cameras.map((one) => [one.camera, one.added]),
    [
      [added, true],
      [found, false],
    ],
  );
  assert.deepEqual(sorted.crossed, []);
});

test('a camera that the cloud tells nothing of is still in the list', () => {
  const camera = newCameraId(random);
  assert.deepEqual(sortCameras([], logOf([camera, ours])).cameras, [
    { camera, agent: ours, added: true, row: null },
  ]);
});

test('a camera of an agent that the log does not pin is crossed, and nothing of it is listed', () => {
  const row = rowOf(newCameraId(random), theirs, false);
  const sorted = sortCameras([row], logOf());
  assert.deepEqual(sorted, { cameras: [], crossed: [row] });
});

test('a camera that the cloud gives to another agent than the log does is crossed', () => {
  const camera = newCameraId(random);
  const log = logOf([camera, ours]);
  log.agents.set(theirs, { deviceKey: 'other' });
  const row = rowOf(camera, theirs, true);
  const sorted = sortCameras([row], log);
  assert.deepEqual(sorted.crossed, [row]);
  assert.equal(sorted.cameras[0]?.row, null);
});

test('a camera that the cloud calls added and the log does not know is crossed', () => {
  const row = rowOf(newCameraId(random), ours, true);
  assert.deepEqual(sortCameras([row], logOf()).crossed, [row]);
});
