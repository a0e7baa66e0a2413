import assert from 'node:assert/strict';
import type { WatchId } from '@nightlatch/protocol/ids';
import type { LinkOrder } from '@nightlatch/protocol/live';
import type { RecordOpener } from '@nightlatch/vault/live-records';
import type { ListeningCloud } from './listening.ts';
import { type LiveLink, type LiveUpload, type LiveViewer, newUpload, openLink, openViewer } from './live.ts';
import type { Side } from './side.ts';

/** A link, and a viewer who has been granted its upload and has received its beginning. */
export interface LiveRoad {
  readonly link: LiveLink;
  readonly upload: LiveUpload;
  readonly order: Extract<LinkOrder, { kind: 'watch' }>;
  readonly watch: WatchId;
  readonly viewer: LiveViewer;
  readonly opener: RecordOpener;
  /** Seals the words as the next picture and sends them over the link. */
  send(keyFrame: boolean, words: string): Promise<void>;
  /** Lets one more viewer join, and repeats for it the beginning and what came since the last key frame. */
  join(): Promise<Joined>;
}

export interface Joined extends Pick<LiveRoad, 'order' | 'viewer' | 'opener'> {}

const encoder = new TextEncoder();

export async function newLiveRoad(cloud: ListeningCloud, side: Side): Promise<LiveRoad> {
  const link = await openLink(cloud, side.agent);
  const viewer = await openViewer(cloud, side);
  const order = await link.order('watch');
  const upload = await newUpload(side.household, side.agent);
  link.answer(order.watch, upload, await upload.grant(order));
  const init = await upload.seal('init', false, encoder.encode('init'));
  link.send(init);
  let group: Uint8Array[] = [];
  const opener = await viewer.granted();
  assert.equal((await viewer.record(opener)).kind, 'init');
  return {
    ...{ link, upload, order, watch: order.watch, viewer, opener },
    send: async (keyFrame, words) => {
      const record = await upload.seal('fragment', keyFrame, encoder.encode(words));
      group = keyFrame ? [record] : [...group, record];
      link.send(record);
    },
    join: async () => {
      const another = await openViewer(cloud, side);
      const asked = await link.order('watch');
      link.answer(asked.watch, upload, await upload.grant(asked));
      for (const record of [init, ...group]) link.send(record);
      const granted = await another.granted();
      assert.equal((await another.record(granted)).kind, 'init');
      return { order: asked, viewer: another, opener: granted };
    },
  };
}
