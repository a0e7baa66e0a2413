import type { PublicKey } from '@nightlatch/protocol/encoding';
import { type AgentId, type CameraId, newWatchId, type WatchId } from '@nightlatch/protocol/ids';
import type { LinkNews, LinkOrder, LiveRequest, LiveTracks } from '@nightlatch/protocol/live';
import { newEphemeralKey, openLiveGrant, signLiveRequest } from '@nightlatch/vault/live-keys';
import { createRecordOpener, parseLiveHeader, readInit } from '@nightlatch/vault/live-records';
import { type Household, random } from './household.ts';

type Watch = Extract<LinkOrder, { kind: 'watch' }>;

export interface Seen {
  readonly broadcast: string;
  readonly epoch: number;
  readonly tracks: LiveTracks | null;
  /** Of the records, in the order in which they came. */
  readonly sequences: number[];
  readonly keyFrames: number[];
  /** Init segment and fragments. */
  readonly file: Buffer;
}

/** A member at one camera, as their browser would be: what it asks, and what it makes of the answers. */
export interface LiveViewer {
  readonly watch: WatchId;
  readonly order: Watch;
  /** Opens the newest grant for this watch among the news, and all records of its broadcast but those that come again. */
  see(link: { news: readonly LinkNews[]; records: readonly Uint8Array[] }): Promise<Seen | null>;
}

export interface ViewerOf {
  readonly household: Household;
  readonly camera: CameraId;
  readonly agent: AgentId;
  readonly deviceKey: PublicKey;
}

/** `changed`: what this viewer says else than it should; `signedBy`: another key than its own. */
export async function newLiveViewer(
  { household, camera, agent, deviceKey }: ViewerOf,
  changed: Partial<LiveRequest> = {},
  signedBy: CryptoKey = household.owner.signing.privateKey,
): Promise<LiveViewer> {
  const ephemeral = await newEphemeralKey();
  const viewer = household.owner.account;
  const { home } = household;
  const wish: LiveRequest = {
    ...{ home, camera, agent, viewer, ephemeralKey: ephemeral.publicKey, requestedAt: Date.now() },
    ...changed,
  };
  const request = await signLiveRequest(wish, signedBy);
  const watch = newWatchId(random);
  return {
    watch,
    order: { kind: 'watch', watch, home, camera, request },
    see: async ({ news, records }) => {
      const granted = news.findLast((one) => one.kind === 'grant' && one.watch === watch);
      if (granted?.kind !== 'grant') return null;
      const { broadcast, epoch, liveKey } = await openLiveGrant(granted.grant, {
        ...{ home, camera, agent, viewer, ephemeral, deviceKey, epoch: 1 },
      });
      const opener = await createRecordOpener({ home, camera, broadcast }, liveKey);
      const sequences: number[] = [];
      const keyFrames: number[] = [];
      const parts: Uint8Array[] = [];
      let tracks: LiveTracks | null = null;
      for (const record of [...records]) {
        const header = parseLiveHeader(record);
        if (header.label.broadcast !== broadcast || header.sequence <= (sequences.at(-1) ?? -1)) continue;
        const { kind, plaintext, sequence, keyFrame } = await opener.open(record);
        sequences.push(sequence);
        if (keyFrame) keyFrames.push(sequence);
        const init = kind === 'init' ? readInit(plaintext) : null;
        tracks = init?.tracks ?? tracks;
        parts.push(init?.segment ?? plaintext);
      }
      return { broadcast, epoch, tracks, sequences, keyFrames, file: Buffer.concat(parts) };
    },
  };
}
