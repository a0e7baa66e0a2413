import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  AgentId,
  type BroadcastId,
  CameraId,
  HomeId,
  newBroadcastId,
  type WatchId,
} from '@nightlatch/protocol/ids';
import { LIVE_INIT_BYTES_MAX, type LinkNews, type LinkOrder } from '@nightlatch/protocol/live';
import { createRecordSealer } from '@nightlatch/vault/live-records';
import { createRelay, type RelayLimits } from './relay.ts';

const zeros = '0'.repeat(26);
const home = HomeId.parse(`home_${zeros}`);
const otherHome = HomeId.parse(`home_${'1'.repeat(26)}`);
const camera = CameraId.parse(`cam_${zeros}`);
const otherCamera = CameraId.parse(`cam_${'1'.repeat(26)}`);
const agent = AgentId.parse(`agent_${zeros}`);

async function beginningOf(of: { home: HomeId; camera: CameraId }) {
  const label = { ...of, broadcast: newBroadcastId(randomBytes) };
  const sealer = await createRecordSealer(label, new Uint8Array(32));
  return { ...label, init: await sealer.seal('init', false, new Uint8Array(8)) };
}

function newRelay(limits: Partial<RelayLimits> = {}) {
  const relay = createRelay({ random: (count) => new Uint8Array(randomBytes(count)), limits });
  const link = () => {
    const orders: LinkOrder[] = [];
    const closed: number[] = [];
    const side = relay.link(agent, home, {
      order: (order) => void orders.push(order),
      close: (code) => void closed.push(code),
    });
    return { ...side, orders, closed };
  };
  const watch = (of: CameraId = camera, at: HomeId = home, onGrant = () => {}) => {
    const got: string[] = [];
    const watching = relay.watch(
      { home: at, camera: of, agent, request: 'a.b.c' },
      {
        grant: () => {
          got.push('grant');
          onGrant();
        },
        record: ({ kind }, isRepeated) => void got.push(isRepeated ? `${kind} again` : kind),
        trouble: (reason) => void got.push(reason),
      },
    );
    return { ...watching, got };
  };
  return { relay, link, watch };
}
const lastWatch = (orders: readonly LinkOrder[]): WatchId => {
  const order = orders.at(-1);
  assert.ok(order?.kind === 'watch');
  return order.watch;
};

const grantOf = (orders: readonly LinkOrder[], broadcast: BroadcastId): LinkNews => ({
  ...{ kind: 'grant', watch: lastWatch(orders), broadcast, grant: 'a.b.c' },
});

/** A viewer whom the agent has granted a broadcast. */
async function watched() {
  const { link, watch } = newRelay();
  const side = link();
  const first = watch();
  const { init, broadcast } = await beginningOf({ home, camera });
  side.news(grantOf(side.orders, broadcast));
  return { side, watch, first, init, broadcast };
}

test('who joins a broadcast gets what its agent repeats, and the others do not get it once more', async () => {
  const { side, watch, first, init, broadcast } = await watched();
  side.record(init);
  const second = watch();
  side.record(init);
  side.news(grantOf(side.orders, broadcast));
  assert.deepEqual([first.got, second.got], [['grant', 'init'], ['grant']]);
  side.record(init);
  assert.deepEqual(
    [first.got, second.got],
    [
      ['grant', 'init'],
      ['grant', 'init again'],
    ],
  );
});

test('of a broadcast that everybody has left nothing is known any more', async () => {
  const { side, watch, first, init, broadcast } = await watched();
  side.record(init);
  first.leave('left');
  const second = watch();
  side.news(grantOf(side.orders, broadcast));
  side.record(init);
  assert.deepEqual(second.got, ['grant', 'init']);
});

test('somebody who is about to join is at the broadcast also when the last viewer has left it meanwhile', async () => {
  const { side, watch, first, init, broadcast } = await watched();
  side.record(init);
  const second = watch();
  const grant = grantOf(side.orders, broadcast);
  first.leave('left');
  side.record(init);
  side.news(grant);
  side.record(init);
  assert.deepEqual(second.got, ['grant', 'init']);
});

test('records before any grant, and of another broadcast than the granted one, go to nobody', async () => {
  const { link, watch } = newRelay();
  const side = link();
  const viewer = watch();
  const [asked, other] = [await beginningOf({ home, camera }), await beginningOf({ home, camera })];
  side.record(asked.init);
  side.news(grantOf(side.orders, asked.broadcast));
  side.record(other.init);
  assert.deepEqual(viewer.got, ['grant']);
});

test('what is repeated for one of two broadcasts of a camera goes to nobody at the other', async () => {
  const { link, watch } = newRelay();
  const side = link();
  const [old, next] = [await beginningOf({ home, camera }), await beginningOf({ home, camera })];
  const viewers = [old, next].map(({ broadcast }) => {
    const viewer = watch();
    side.news(grantOf(side.orders, broadcast));
    return viewer;
  });
  side.record(next.init);
  assert.deepEqual(
    viewers.map(({ got }) => got),
    [['grant'], ['grant', 'init']],
  );
});

test('a watch that is granted the same broadcast twice makes no sense: it would be repeated without end', async () => {
  const { side, broadcast } = await watched();
  assert.throws(() => side.news(grantOf(side.orders, broadcast)), /once/);
});

test('a link that sends what is of another home, or of another camera than its broadcast, is refused', async () => {
  const { link, watch } = newRelay();
  const side = link();
  watch();
  const foreign = await beginningOf({ home: otherHome, camera });
  assert.throws(() => side.record(foreign.init), /another home/);

  const mixed = await beginningOf({ home, camera: otherCamera });
  side.news(grantOf(side.orders, mixed.broadcast));
  assert.throws(() => side.record(mixed.init), /another camera/);
  watch(otherCamera);
  assert.throws(() => side.news(grantOf(side.orders, mixed.broadcast)), /one camera/);
});

test('a viewer who leaves at the grant does not join, also where others watch', async () => {
  const { side, watch, first, init, broadcast } = await watched();
  const second = watch(camera, home, () => second.leave('ended'));
  side.news(grantOf(side.orders, broadcast));
  side.record(init);
  assert.deepEqual([first.got, second.got], [['grant', 'init'], ['grant']]);
});

test('a beginning that is longer than any is refused: it may wait for a word of the gate', async () => {
  const { link, watch } = newRelay();
  const side = link();
  watch();
  const { init } = await beginningOf({ home, camera });
  const long = new Uint8Array(LIVE_INIT_BYTES_MAX + 1);
  long.set(init);
  assert.throws(() => side.record(long), /longer than any/);
});

test('an agent that is linked for another home is away', () => {
  const { link, watch } = newRelay();
  const side = link();
  assert.deepEqual(watch(camera, otherHome).got, ['agent-offline']);
  assert.deepEqual(side.orders, []);
});

test('a camera and a link have only so many viewers; one more is told that there are too many', () => {
  for (const limits of [{ watchesPerCameraMax: 1 }, { watchesPerLinkMax: 1 }]) {
    const { link, watch } = newRelay(limits);
    link();
    const first = watch();
    assert.deepEqual(watch().got, ['busy']);
    first.leave('left');
    assert.deepEqual(watch().got, []);
  }
});

test('a relay that has been closed takes no link any more', () => {
  const { relay, link, watch } = newRelay();
  const before = link();
  relay.close();
  assert.deepEqual(before.closed, [4503]);
  assert.deepEqual(link().closed, [4503]);
  assert.deepEqual(watch().got, ['agent-offline']);
});
