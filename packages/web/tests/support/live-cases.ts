import { BroadcastId } from '@nightlatch/protocol/ids';
import { LiveGrant, type LiveRequest } from '@nightlatch/protocol/live';
import { concat } from '@nightlatch/vault/encoding';
import { newEphemeralKey, signLiveRequest } from '@nightlatch/vault/live-keys';
import { createRecordOpener, parseLiveHeader } from '@nightlatch/vault/live-records';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { LiveGuards } from '../../src/live/guards.ts';
import { createReceiver, type LivePiece } from '../../src/live/receiver.ts';
import { Refusal } from '../../src/viewer/refusal.ts';
import { type SentRecord, type StubBroadcast, startBroadcast } from './live-agent.ts';
import { createColourCamera } from './live-clip.ts';
import { makeHome, type SealedHome } from './sealed-home.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** A broadcast with the records of its first three pictures. */
async function recorded(home: SealedHome, camera: number) {
  const id = home.cameras[camera]?.camera;
  if (id === undefined) throw new Error('the home has no such camera');
  const broadcast = await startBroadcast(home, id, createColourCamera());
  const records: SentRecord[] = [broadcast.beginning];
  for (let picture = 0; picture < 3; picture++) records.push(...(await broadcast.next()));
  return { camera: id, broadcast, records: records.map(({ bytes }) => bytes) };
}
type Recorded = Awaited<ReturnType<typeof recorded>>;

const ours = await makeHome();
const theirs = await makeHome();
const own = await recorded(ours, 0);
const other = await recorded(ours, 1);
const foreign = await recorded(theirs, 0);

const epoch = 2;
const wish: Omit<LiveRequest, 'ephemeralKey'> = {
  ...{ home: ours.home, camera: own.camera, agent: ours.device.agent, viewer: ours.keys.account },
  requestedAt: 1_700_000_000_000,
};
const ephemeral = await newEphemeralKey();
const requestOf = ({ publicKey: ephemeralKey }: { readonly publicKey: string }) =>
  signLiveRequest({ ...wish, ephemeralKey }, ours.keys.signing.privateKey);
const request = await requestOf(ephemeral);

const granted = async (of: Recorded, change: Parameters<StubBroadcast['grant']>[1] = {}, asked = request) =>
  JSON.stringify({ kind: 'grant', grant: await of.broadcast.grant(asked, { epoch, ...change }) });
const honest = await granted(own);
const [beginning, first, second, third] = own.records;

/** The header of one record before the ciphertext of another. */
const relabelled = (label: Bytes, content: Bytes): Bytes =>
  concat(
    label.slice(0, parseLiveHeader(label).headerBytes),
    content.slice(parseLiveHeader(content).headerBytes),
  );
const damaged = (record: Bytes): Bytes =>
  record.map((byte, at) => (at === record.length - 20 ? byte ^ 1 : byte));

export const honestMessages: readonly unknown[] = [honest, ...own.records];

export interface LiveCase {
  readonly promise: string;
  /** Which guard stands between it and the screen. */
  readonly guard: keyof LiveGuards;
  readonly messages: readonly unknown[];
  readonly refused: string;
}

export const liveCases: readonly LiveCase[] = [
  {
    promise: 'a grant that another home’s agent signed',
    guard: 'grant',
    messages: [await granted(foreign, {}), ...foreign.records],
    refused: 'live: wrong-signature',
  },
  {
    promise: 'a grant of another home',
    guard: 'grant',
    messages: [await granted(own, { home: theirs.home }), ...own.records],
    refused: 'live: wrong-subject',
  },
  {
    promise: 'a grant of another camera of the same home',
    guard: 'grant',
    // The records would be refused by themselves.
    messages: [await granted(other)],
    refused: 'live: wrong-subject',
  },
  {
    promise: 'a grant for another member',
    guard: 'grant',
    messages: [await granted(own, { viewer: theirs.keys.account }), ...own.records],
    refused: 'live: wrong-member',
  },
  {
    promise: 'a grant that answers another session',
    guard: 'grant',
    messages: [await granted(own, {}, await requestOf(await newEphemeralKey())), ...own.records],
    refused: 'live: replayed',
  },
  {
    promise: 'a grant of an epoch that has ended',
    guard: 'grant',
    messages: [await granted(own, { epoch: epoch - 1 }), ...own.records],
    refused: 'live: wrong-epoch',
  },
  {
    promise: 'the same broadcast from its beginning once more',
    guard: 'newBroadcast',
    messages: [...honestMessages, ...honestMessages],
    refused: 'live: broadcast-again',
  },
  {
    promise: 'records of another camera',
    guard: 'opener',
    messages: [honest, beginning, ...other.records.slice(1)],
    refused: 'live: wrong-subject',
  },
  {
    promise: 'records of another home',
    guard: 'opener',
    messages: [honest, ...foreign.records],
    refused: 'live: wrong-subject',
  },
  {
    promise: 'records of another camera under our label',
    guard: 'opener',
    messages: [honest, beginning, first && relabelled(first, other.records[1] ?? first)],
    refused: 'live: damaged',
  },
  {
    promise: 'a record that came before',
    guard: 'opener',
    messages: [honest, beginning, first, second, first],
    refused: 'live: replayed',
  },
  {
    promise: 'records out of order',
    guard: 'opener',
    messages: [honest, beginning, first, third, second],
    refused: 'live: replayed',
  },
  {
    promise: 'a damaged record',
    guard: 'opener',
    messages: [honest, beginning, first && damaged(first)],
    refused: 'live: damaged',
  },
  {
    promise: 'pictures without a beginning',
    guard: 'beginsFirst',
    messages: [honest, first],
    refused: 'live: no-beginning',
  },
];

/** Messages that no guard has to judge, because nothing can be done with them. */
export const senseless: readonly [string, readonly unknown[], string][] = [
  ['a record before any grant', [beginning], 'live: no-grant'],
  ['text that is no news', ['{"kind":"hello"}'], 'live: malformed'],
  ['text that is too long', [JSON.stringify({ kind: 'grant', grant: 'a'.repeat(9000) })], 'live: malformed'],
  ['what is neither text nor bytes', [new Blob(['a'])], 'live: malformed'],
];

/** Each guard as it is when it has been taken out: it lets everything pass, and whoever crossed has the right key. */
export const takenOut: LiveGuards = {
  async grant(jws) {
    const { broadcast } = unverifiedPayload(jws, LiveGrant);
    const of = [own, other, foreign].find((one) => one.broadcast.broadcast === broadcast) ?? own;
    return { broadcast: BroadcastId.parse(broadcast), epoch, liveKey: of.broadcast.liveKey };
  },
  newBroadcast() {},
  async opener() {
    return {
      async open(record) {
        const { kind, keyFrame, sequence, headerBytes } = parseLiveHeader(record);
        // The beginning is honest in every case, so that what follows is reached.
        const plaintext = new Uint8Array(record.slice(headerBytes, -16));
        return { kind, keyFrame, sequence, plaintext: kind === 'init' ? await initOf(own) : plaintext };
      },
    };
  },
  beginsFirst() {},
};

async function initOf({ broadcast }: Recorded): Promise<Bytes> {
  const label = { home: ours.home, camera: own.camera, broadcast: broadcast.broadcast };
  const opener = await createRecordOpener(label, broadcast.liveKey);
  return (await opener.open(broadcast.beginning.bytes)).plaintext;
}

/** What comes of the messages: every piece that would go on to the player, or what was refused. */
export async function outcome(messages: readonly unknown[], guards?: LiveGuards): Promise<string> {
  const receiver = createReceiver({
    asked: {
      ...{ home: ours.home, camera: own.camera, agent: ours.device.agent, viewer: ours.keys.account },
      ...{ deviceKey: ours.device.publicKey, epoch },
    },
    ephemeral,
    ...(guards && { guards }),
  });
  const pieces: LivePiece[] = [];
  try {
    for (const message of messages) {
      const piece = await receiver.take(message instanceof Uint8Array ? message.buffer : message);
      if (piece !== null) pieces.push(piece);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.what}: ${error.reason}`;
  }
  return pieces.map(({ kind }) => kind).join(' ');
}
