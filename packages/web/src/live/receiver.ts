import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { AccountId, AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import {
  LIVE_MESSAGE_BYTES_MAX,
  type LiveTracks,
  type LiveTrouble,
  ViewerNews,
} from '@nightlatch/protocol/live';
import type { SealingKey } from '@nightlatch/vault/keys';
import { type RecordOpener, readInit } from '@nightlatch/vault/live-records';
import { Refusal, refusing } from '../viewer/refusal.ts';
import { type LiveGuards, liveGuards } from './guards.ts';

/** What this browser asks for and knows of it by the verified home log; nothing of it is the cloud's word. */
export interface AskedLive {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly agent: AgentId;
  readonly deviceKey: PublicKey;
  /** The newest epoch of the camera in this browser's copy of the log. */
  readonly epoch: number;
  readonly viewer: AccountId;
}

/** What may go on to the player. */
export type LivePiece =
  | {
      readonly kind: 'begin';
      readonly tracks: LiveTracks;
      readonly segment: Uint8Array<ArrayBuffer>;
      /** The epoch that the agent knew when it granted. */
      readonly epoch: number;
    }
  | {
      readonly kind: 'fragment';
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly keyFrame: boolean;
      /** Nothing was left out between the record before and this one. */
      readonly follows: boolean;
    }
  | { readonly kind: 'trouble'; readonly reason: LiveTrouble };

export interface Receiver {
  /**
   * Verifies and opens one message of the socket, one after the other. Null where there is nothing to play yet. Throws
   * a `Refusal` for whatever was not asked for; nothing may be taken after it.
   */
  take(message: unknown): Promise<LivePiece | null>;
}

/** New broadcasts on one socket: one for each change of who may watch, and the source's new beginnings. */
const BROADCASTS_MAX = 1_000;

export function createReceiver({
  asked,
  ephemeral,
  guards = liveGuards,
}: {
  readonly asked: AskedLive;
  /** Of this one request. */
  readonly ephemeral: SealingKey;
  readonly guards?: LiveGuards;
}): Receiver {
  const { home, camera } = asked;
  const seen = new Set<BroadcastId>();
  let opener: RecordOpener | null = null;
  let hasBegun = false;
  let newest = 0;
  let epoch = 0;

  async function grant(jws: string): Promise<null> {
    const opened = await refusing('live', () => guards.grant(jws, { ...asked, ephemeral }));
    guards.newBroadcast(seen, opened.broadcast);
    if (seen.size >= BROADCASTS_MAX) throw new Refusal('live', 'too-many-broadcasts');
    seen.add(opened.broadcast);
    opener = await refusing('live', () =>
      guards.opener({ home, camera, broadcast: opened.broadcast }, opened.liveKey),
    );
    epoch = opened.epoch;
    hasBegun = false;
    return null;
  }

  async function record(bytes: Uint8Array): Promise<LivePiece> {
    if (opener === null) throw new Refusal('live', 'no-grant');
    const open = opener;
    const opened = await refusing('live', () => open.open(bytes));
    guards.beginsFirst(hasBegun, opened);
    const follows = opened.sequence === newest + 1;
    newest = opened.sequence;
    if (opened.kind === 'fragment')
      return { kind: 'fragment', bytes: opened.plaintext, keyFrame: opened.keyFrame, follows };
    hasBegun = true;
    return { kind: 'begin', epoch, ...(await refusing('live', () => readInit(opened.plaintext))) };
  }

  return {
    async take(message) {
      if (message instanceof ArrayBuffer) return record(new Uint8Array(message));
      const news = newsOf(message);
      return news.kind === 'trouble' ? news : grant(news.grant);
    },
  };
}

function newsOf(message: unknown): ViewerNews {
  try {
    if (typeof message === 'string' && message.length <= LIVE_MESSAGE_BYTES_MAX)
      return ViewerNews.parse(JSON.parse(message));
  } catch {
    // Told below, as whatever else makes no sense.
  }
  throw new Refusal('live', 'malformed');
}
