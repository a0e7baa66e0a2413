import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AgentId, CameraId, HomeId, newBroadcastId, type WatchId } from '@nightlatch/protocol/ids';
import { LIVE_INIT_BYTES_MAX, type LinkOrder } from '@nightlatch/protocol/live';
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
  const link = (of: AgentId = agent) => {
    const orders: LinkOrder[] = [];
    const closed: number[] = [];
    const side = relay.link(of, home, {
      order: (order) => void orders.push(order),
      close: (code) => void closed.push(code),
    });
    return { ...side, orders, closed };
  };
  const watch = (of: CameraId = camera, at: HomeId = home, onGrant = () => {}, by: AgentId = agent) => {
    const got: string[] = [];
    const watching = relay.watch(
      { home: at, camera: of, agent: by, request: 'a.b.c' },
      {
        begin: () => {},
        grant: () => {
          got.push('grant');
          onGrant();
        },
        record: ({ kind }) => void got.push(kind),
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

test('a broadcast begins for its viewer, whether its beginning or its grant comes first', async () => {
  for (const grantFirst of [true, false]) {
    const { link, watch } = newRelay();
    const side = link();
    const viewer = watch();
    const { init, broadcast } = await beginningOf({ home, camera });
    const grant = () =>
      side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
    if (grantFirst) grant();
    side.record(init);
    if (!grantFirst) grant();
    assert.deepEqual(viewer.got, ['grant', 'init']);
  }
});

test('somebody who is about to join keeps a broadcast alive when the last viewer leaves it', async () => {
  const { link, watch } = newRelay();
  const side = link();
  const first = watch();
  const { init, broadcast } = await beginningOf({ home, camera });
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  side.record(init);
  const second = watch();
  const secondWatch = lastWatch(side.orders);
  first.leave('left');
  side.news({ kind: 'grant', watch: secondWatch, broadcast, grant: 'a.b.c' });
  assert.deepEqual(second.got, ['grant', 'init']);
});

test('when nobody watches a camera, nothing of it is kept', async () => {
  const { link, watch } = newRelay();
  const side = link();
  const first = watch();
  const { init, broadcast } = await beginningOf({ home, camera });
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  side.record(init);
  first.leave('left');
  side.record(init);
  const second = watch();
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  assert.deepEqual(second.got, ['grant']);
});

test('a link that sends what is of another home, or of another camera than its broadcast, is refused', async () => {
  const { link, watch } = newRelay();
  const side = link();
  watch();
  const foreign = await beginningOf({ home: otherHome, camera });
  assert.throws(() => side.record(foreign.init), /another home/);

  const mixed = await beginningOf({ home, camera: otherCamera });
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast: mixed.broadcast, grant: 'a.b.c' });
  assert.throws(() => side.record(mixed.init), /another camera/);
  watch(otherCamera);
  assert.throws(
    () =>
      side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast: mixed.broadcast, grant: 'a.b.c' }),
    /one camera/,
  );
});

test('of a camera whose last viewer the agent sent away, nothing is kept either', async () => {
  const { link, watch } = newRelay();
  const side = link();
  watch();
  const { init, broadcast } = await beginningOf({ home, camera });
  side.record(init);
  side.news({ kind: 'trouble', watch: lastWatch(side.orders), reason: 'busy' });
  const second = watch();
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  assert.deepEqual(second.got, ['grant']);
});

test('a viewer who leaves at the grant does not join, also where others watch', async () => {
  const { link, watch } = newRelay();
  const side = link();
  const first = watch();
  const { init, broadcast } = await beginningOf({ home, camera });
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  const second = watch(camera, home, () => second.leave('ended'));
  side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  side.record(init);
  assert.deepEqual([first.got, second.got], [['grant', 'init'], ['grant']]);
});

test('a beginning that is longer than any is refused: it would be kept outside of every other bound', async () => {
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

test('a camera has only so many broadcasts: those that everybody has left make room, others do not', async () => {
  const { link, watch } = newRelay({ broadcastsPerCameraMax: 2 });
  const side = link();
  for (let viewer = 0; viewer < 2; viewer++) {
    watch();
    const { broadcast } = await beginningOf({ home, camera });
    side.news({ kind: 'grant', watch: lastWatch(side.orders), broadcast, grant: 'a.b.c' });
  }
  assert.throws(() =>
    side.news({ kind: 'grant', watch: thirdWatch(), broadcast: newBroadcastId(randomBytes), grant: 'a.b.c' }),
  );
  function thirdWatch(): WatchId {
    watch();
    return lastWatch(side.orders);
  }

  const idle = newRelay({ broadcastsPerCameraMax: 2 });
  const other = idle.link();
  const viewer = idle.watch();
  for (let begun = 0; begun < 5; begun++) other.record((await beginningOf({ home, camera })).init);
  const { init, broadcast } = await beginningOf({ home, camera });
  other.record(init);
  other.news({ kind: 'grant', watch: lastWatch(other.orders), broadcast, grant: 'a.b.c' });
  assert.deepEqual(viewer.got, ['grant', 'init']);
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

test('one agent cannot take from all others what is kept for those who join; all together have a bound, too', async () => {
  const label = { home, camera, broadcast: newBroadcastId(randomBytes) };
  const sealer = await createRecordSealer(label, new Uint8Array(32));
  const init = await sealer.seal('init', false, new Uint8Array(8));
  const key = await sealer.seal('fragment', true, new Uint8Array(1000));
  const picture = await sealer.seal('fragment', false, new Uint8Array(1000));
  const other = AgentId.parse(`agent_${'1'.repeat(26)}`);
  /** What somebody gets who joins the broadcast of the first agent, and who joins that of the other. */
  const joining = (records: number, limits: Partial<RelayLimits>): string[][] => {
    const { link, watch } = newRelay(limits);
    const joins = [agent, other].map((of) => {
      const side = link(of);
      const join = () => {
        const { got } = watch(camera, home, () => {}, of);
        side.news({
          kind: 'grant',
          watch: lastWatch(side.orders),
          broadcast: label.broadcast,
          grant: 'a.b.c',
        });
        return got;
      };
      join();
      for (const record of [init, key, picture].slice(0, of === agent ? records : 2)) side.record(record);
      return join;
    });
    return joins.map((join) => join());
  };
  const both = (share: number, all: number) => ({
    keptBytesPerLinkMax: share * key.length,
    keptBytesTotalMax: all * key.length,
  });
  assert.deepEqual(joining(3, both(1.5, 2.5)), [
    ['grant', 'init'],
    ['grant', 'init', 'fragment'],
  ]);
  assert.deepEqual(joining(2, both(1.5, 1.5)), [
    ['grant', 'init', 'fragment'],
    ['grant', 'init'],
  ]);
});

test('a relay that has been closed takes no link any more', () => {
  const { relay, link, watch } = newRelay();
  const before = link();
  relay.close();
  assert.deepEqual(before.closed, [4503]);
  assert.deepEqual(link().closed, [4503]);
  assert.deepEqual(watch().got, ['agent-offline']);
});
