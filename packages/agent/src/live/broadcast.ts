import {
  type AgentId,
  type BroadcastId,
  type CameraId,
  type HomeId,
  newBroadcastId,
  type RandomBytes,
} from '@nightlatch/protocol/ids';
import { LIVE_RECORD_BYTES_MAX, type LiveRequest, type LiveTracks } from '@nightlatch/protocol/live';
import { signLiveGrant } from '@nightlatch/vault/live-keys';
import { createRecordSealer, type RecordSealer, writeInit } from '@nightlatch/vault/live-records';
import { createRepeater, type InTurn } from './repeater.ts';
import { createThrottle, THROTTLE_LIMITS, type ThrottleLimits, type Waiting } from './throttle.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface BroadcastParts {
  readonly agent: AgentId;
  readonly devicePrivateKey: CryptoKey;
  readonly random: RandomBytes;
  readonly waiting: () => Waiting;
  readonly eventsUnderWay: () => boolean;
  readonly send: (record: Bytes) => void;
  readonly throttleLimits?: ThrottleLimits | undefined;
}

export interface BroadcastMeans extends BroadcastParts {
  readonly inTurn: InTurn;
}

export interface BroadcastOf {
  readonly home: HomeId;
  readonly camera: CameraId;
  /** The camera's epoch, as of the home log that the agent has. */
  readonly epoch: number;
}

/** One live upload of a camera, under a key that is made for it and forgotten with it. */
export interface Broadcast {
  readonly id: BroadcastId;
  readonly epoch: number;
  /** The live key, sealed to the ephemeral key of this request. */
  grantFor(request: LiveRequest): Promise<string>;
  /** Sends the beginning once `ready` is over; fragments wait behind it. Rejects when it cannot go on. */
  begin(tracks: LiveTracks, init: Bytes, ready: Promise<void>): Promise<void>;
  fragment(bytes: Bytes, keyFrame: boolean): Promise<void>;
  /** Somebody has been granted it: what they have missed comes again. */
  repeat(): void;
  /** From now on not one more record leaves. */
  end(): void;
}

/** Room for the header and the tag of a record. */
const RECORD_OVERHEAD_BYTES_MAX = 1024;

export function createBroadcast(parts: BroadcastMeans, { home, camera, epoch }: BroadcastOf): Broadcast {
  const { random } = parts;
  const id = newBroadcastId(random);
  const liveKey = new Uint8Array(random(32));
  const passes = createThrottle(parts.throttleLimits ?? THROTTLE_LIMITS);
  const sealer = createRecordSealer({ home, camera, broadcast: id }, liveKey);
  const repeater = createRepeater(parts.send, parts.inTurn);
  let last: Promise<void> = Promise.resolve();
  let unsealedBytes = 0;
  let ended = false;

  /** One after the other, in order: the sealer counts them. After a failure none goes any more. */
  function inOrder(act: (sealer: RecordSealer) => Promise<void> | void): Promise<void> {
    last = last.then(async () => act(await sealer));
    return last;
  }
  function queue(kind: 'init' | 'fragment', keyFrame: boolean, plaintext: Bytes): Promise<void> {
    unsealedBytes += plaintext.length;
    return inOrder(async (by) => {
      const record = await by.seal(kind, keyFrame, plaintext);
      unsealedBytes -= plaintext.length;
      if (ended) return;
      parts.send(record);
      if (kind === 'init') repeater.begun(record);
      else repeater.sent(record, keyFrame);
    });
  }

  return {
    id,
    epoch,
    grantFor: ({ viewer, ephemeralKey }) =>
      signLiveGrant(
        { home, camera, agent: parts.agent, epoch, broadcast: id, viewer, ephemeralKey },
        liveKey,
        parts.devicePrivateKey,
      ),
    begin: (tracks, init, ready) => {
      last = ready;
      return queue('init', false, writeInit(tracks, init));
    },
    fragment: (bytes, keyFrame) => {
      const waiting = parts.waiting();
      const counted = { ...waiting, bytes: waiting.bytes + unsealedBytes };
      const fits = bytes.length + RECORD_OVERHEAD_BYTES_MAX <= LIVE_RECORD_BYTES_MAX;
      return passes(keyFrame, counted, parts.eventsUnderWay()) && fits
        ? queue('fragment', keyFrame, bytes)
        : inOrder((by) => by.skip());
    },
    repeat: repeater.repeat,
    end: () => {
      ended = true;
      repeater.end();
    },
  };
}
