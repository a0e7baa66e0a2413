import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { WebSocket } from 'ws';
import { openHub } from '../src/hub/hub.ts';
import { composeMedia } from '../src/media.ts';
import { newListeningCloud } from './support/listening.ts';
import { newUpload, openLink, openViewer } from './support/live.ts';
import { newLiveRoad } from './support/live-road.ts';
import { newSide } from './support/side.ts';

/** Time goes when it is told to; a word is good for 20 ms of it. */
let clock = 0;
const limits = {
  ...{ validMilliseconds: 20, patienceMilliseconds: 40, recheckMilliseconds: 3_600_000 },
  ...{ waitingBytesMax: 64 * 1024, spanMilliseconds: 3_600_000 },
};
/** What the gate's database does with questions about live pictures from now on; undefined to answer them. */
let instead: (() => Promise<never>) | undefined;
let asked = (): void => {};
/** Those who ask the gate when notifications may have been missed. */
const missed: (() => void)[] = [];
const askAll = (): void => {
  for (const hear of missed) hear();
};

const cloud = await newListeningCloud({
  outside: {
    media: async (foundation) => {
      const hub = await openHub(foundation);
      return composeMedia(foundation, {
        egress: { live: limits, now: () => clock },
        hub: {
          ...hub,
          onMissed: (hear) => {
            missed.push(hear);
            return hub.onMissed(hear);
          },
        },
        gate: {
          database: {
            ask: (scope, statement, parameters) => {
              if (statement.name !== 'gate-camera')
                return foundation.database.ask(scope, statement, parameters);
              const answer = instead?.() ?? foundation.database.ask(scope, statement, parameters);
              asked();
              return answer;
            },
          },
        },
      });
    },
  },
});

const away = new NightlatchError('unavailable', 'the database is away');
const refuse = (): Promise<never> => Promise.reject(away);
let hanging: ((error: Error) => void)[] = [];
const hang = (): Promise<never> => new Promise((_, reject) => void hanging.push(reject));
/** The database answers again; what was asked meanwhile is lost. */
function comeBack(): void {
  instead = undefined;
  for (const lose of hanging) lose(away);
  hanging = [];
}

/** Everything that was sent over the socket before has been handled, and what came of it has arrived here. */
async function handled(socket: WebSocket): Promise<void> {
  const pong = once(socket, 'pong');
  socket.ping();
  await pong;
}

async function newRoad() {
  const road = await newLiveRoad(cloud, await newSide(cloud));
  let messages = 0;
  road.viewer.socket.on('message', () => {
    messages += 1;
  });
  const bothHandled = async (): Promise<void> => {
    await handled(road.link.socket);
    await handled(road.viewer.socket);
  };
  return {
    ...road,
    bothHandled,
    /** How many messages the viewer has got by now. */
    arrived: async (): Promise<number> => {
      await bothHandled();
      return messages;
    },
    nextWords: async (): Promise<string> =>
      new TextDecoder().decode((await road.viewer.record(road.opener)).plaintext),
  };
}

for (const [what, happens] of [
  ['hangs', hang],
  ['throws', refuse],
] as const)
  test(`while the gate ${what} nothing leaves by a word that has run out; with the next one it goes on at a key frame`, async () => {
    const road = await newRoad();
    await road.send(true, 'seen');
    assert.equal(await road.nextWords(), 'seen');
    instead = happens;
    askAll();
    clock += 19;
    await road.send(false, 'still seen');
    assert.equal(await road.nextWords(), 'still seen');
    clock += 1;
    const before = await road.arrived();
    await road.send(false, 'without a word');
    await road.send(true, 'a key frame without a word');
    assert.equal(await road.arrived(), before);
    comeBack();
    askAll();
    while ((await road.arrived()) === before) {
      await road.send(false, 'not to be decoded');
      await road.send(true, 'by the next word');
    }
    assert.equal(await road.nextWords(), 'by the next word');
    road.viewer.socket.close();
  });

test('a grant and the beginning of a broadcast wait for the next word', async () => {
  const side = await newSide(cloud);
  const link = await openLink(cloud, side.agent);
  const viewer = await openViewer(cloud, side);
  const order = await link.order('watch');
  let messages = 0;
  viewer.socket.on('message', () => {
    messages += 1;
  });
  clock += 20;
  const upload = await newUpload(side.household, side.agent);
  link.answer(order.watch, upload, await upload.grant(order));
  link.send(await upload.seal('init', false, new Uint8Array(8)));
  link.send(await upload.seal('fragment', true, new Uint8Array(8)));
  await handled(link.socket);
  await handled(viewer.socket);
  assert.equal(messages, 0);
  askAll();
  const opener = await viewer.granted();
  assert.equal((await viewer.record(opener)).kind, 'init');
  viewer.socket.close();
});

test('the agent is not asked, and nobody written down, before the gate has answered the open socket', async () => {
  const side = await newSide(cloud);
  const link = await openLink(cloud, side.agent);
  let orders = 0;
  link.socket.on('message', () => {
    orders += 1;
  });
  // The question before the upgrade is answered, and the one behind it is not.
  asked = () => {
    instead = hang;
  };
  const viewer = await openViewer(cloud, side);
  asked = () => {};
  await handled(viewer.socket);
  await handled(link.socket);
  assert.equal(orders, 0);
  const deliveries = () =>
    cloud.owner`select from deliveries where home_id = ${side.household.home} and what = 'live'`;
  assert.equal((await deliveries()).length, 0);
  comeBack();
  askAll();
  await link.order('watch');
  assert.equal((await deliveries()).length, 1);
  viewer.socket.close();
});

test('what waits for a slow viewer when the word runs out is cut off', async () => {
  const road = await newRoad();
  road.viewer.socket.pause();
  for (let picture = 0; picture < 30; picture++) await road.send(true, 'x'.repeat(1_000_000));
  await handled(road.link.socket);
  clock += 20;
  assert.equal((await road.link.order('leave')).reason, 'ended');
  road.viewer.socket.resume();
  assert.equal(await road.viewer.closed, 1006);
});

test('a gate that does not answer for longer ends the picture, and the viewer may come again', async () => {
  const road = await newRoad();
  clock += 40;
  assert.equal(await road.viewer.closed, 4503);
  assert.equal((await road.link.order('leave')).reason, 'ended');
});
