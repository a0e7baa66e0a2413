import { randomBytes } from 'node:crypto';
import type { Account } from '@nightlatch/protocol/accounts';
import type { CameraRow, EventRow } from '@nightlatch/protocol/events';
import type { HomeLogAction } from '@nightlatch/protocol/homelog';
import {
  type CameraId,
  newCameraId,
  newEventId,
  newGapId,
  newHomeId,
  newSessionId,
} from '@nightlatch/protocol/ids';
import {
  containerBytes,
  type EventMetadata,
  type GapStatement,
  type Manifest,
  type ObjectKind,
} from '@nightlatch/protocol/manifest';
import { deriveAccountKeys, newMasterKey, wrapMasterKey } from '@nightlatch/vault/account';
import { createSealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { concat, utf8 } from '@nightlatch/vault/encoding';
import { generateEpochKey, openEpochKey, sealEpochKey } from '@nightlatch/vault/epoch';
import { entryHash, signEntry } from '@nightlatch/vault/homelog';
import { eventHash, signGap, signManifest } from '@nightlatch/vault/manifest';
import { sealCameraName } from '@nightlatch/vault/name';
import { CLIP_SECONDS, CLIP_TYPE, clipPieces, colourPicture, type Piece } from './colour-clip.ts';

export const random = (count: number) => new Uint8Array(randomBytes(count));

/** One sealed object as the server keeps it. */
export interface KeptObject {
  readonly kind: ObjectKind;
  readonly revision: number;
  readonly manifest: Manifest;
  readonly jws: string;
  readonly container: Uint8Array<ArrayBuffer>;
}

type Facts = Pick<
  Manifest,
  'home' | 'camera' | 'event' | 'epoch' | 'sequence' | 'previous' | 'startedAt' | 'endedAt'
>;

export interface KeptEvent {
  readonly facts: Facts;
  readonly objects: readonly KeptObject[];
}

/** The row that an honest server answers: in lists without the clip's manifest, and the newest thumbnail only. */
export function rowOf({ facts, objects }: KeptEvent, isListed: boolean): EventRow {
  const { home, camera, event, sequence, startedAt, endedAt } = facts;
  const newest = Math.max(
    ...objects.filter(({ kind }) => kind === 'thumbnail').map(({ revision }) => revision),
  );
  const clip = objects.find(({ kind }) => kind === 'clip');
  return {
    home,
    camera,
    event,
    sequence,
    startedAt,
    endedAt,
    objects: objects
      .filter(({ kind, revision }) =>
        kind === 'clip' ? !isListed : kind === 'metadata' || revision === newest,
      )
      .map(({ kind, revision, jws, container }) => ({
        kind,
        revision,
        manifest: jws,
        receivedBytes: container.length,
      })),
    clip: clip === undefined ? null : { state: clip.manifest.state, receivedBytes: clip.container.length },
  };
}

export interface EventWish {
  readonly camera: number;
  readonly startedAt: number;
  /** Of the thumbnail; the clip always goes through all colours. */
  readonly colour: number;
  readonly jpeg?: Uint8Array<ArrayBuffer>;
  /** Numbers left out before it: events that were lost or are missing. */
  readonly skip?: number;
  /** Revisions of the thumbnail; the newest has the colour. */
  readonly revisions?: number;
  readonly pieces?: readonly Piece[];
}

/** A home as a real account, a real agent and the real vault make it: its log, its keys, and events on demand. */
export async function makeHome(names: readonly string[] = ['Front door', 'Garden']) {
  const master = newMasterKey(random);
  const keys = await deriveAccountKeys(master);
  const home = newHomeId(random);
  const device = await generateDeviceKey();
  const entries: string[] = [];

  async function append(action: HomeLogAction) {
    const last = entries.at(-1);
    const previous = last === undefined ? null : await entryHash(last);
    const entry = { home, sequence: entries.length, previous, at: 1_700_000_000_000, action };
    entries.push(await signEntry(entry, keys.signing.privateKey));
  }
  await append({
    kind: 'create-home',
    owner: keys.account,
    signingKey: keys.signing.publicKey,
    sealingKey: keys.sealing.publicKey,
  });
  await append({ kind: 'pin-agent', agent: device.agent, deviceKey: device.publicKey });

  const cameras = await Promise.all(
    names.map(async (name) => ({ camera: newCameraId(random), name, pair: await generateEpochKey() })),
  );
  const sealOf = (camera: CameraId, privateKeyBytes: Uint8Array<ArrayBuffer>) =>
    sealEpochKey(privateKeyBytes, {
      home,
      camera,
      epoch: 1,
      member: keys.account,
      sealingKey: keys.sealing.publicKey,
    });
  for (const { camera, name, pair } of cameras) {
    await append({ kind: 'add-camera', camera, agent: device.agent });
    const seals = [await sealOf(camera, pair.privateKeyBytes)];
    await append({ kind: 'new-epoch', camera, epoch: 1, publicKey: pair.publicKey, seals });
    const sealedName = await sealCameraName(name, { home, camera, epoch: 1, epochPublicKey: pair.publicKey });
    await append({ kind: 'name-camera', camera, epoch: 1, sealedName });
  }

  /** A new epoch of a camera, as after a change of who may see it. */
  async function renewEpoch(camera: CameraId) {
    const pair = await generateEpochKey();
    const { account: member, sealing } = keys;
    const label = { home, camera, epoch: 2, member, sealingKey: sealing.publicKey };
    const seals = [await sealEpochKey(pair.privateKeyBytes, label)];
    await append({ kind: 'new-epoch', camera, epoch: 2, publicKey: pair.publicKey, seals });
  }

  const sequences = new Map<CameraId, { sequence: number; previous: string | null }>();

  async function seal(
    facts: Facts,
    kind: ObjectKind,
    revision: number,
    pieces: readonly Piece[],
  ): Promise<KeptObject> {
    const { camera, event, epoch } = facts;
    const label = { home, camera, event, kind, revision, epoch };
    const contentKey = newContentKey(random);
    const epochPublicKey = cameras.find((one) => one.camera === camera)?.pair.publicKey ?? '';
    const sealer = await createSealer({ label, contentKey, random });
    const frames: Uint8Array[] = [sealer.header];
    const chunks: Manifest['chunks'] = [];
    for (const [index, { bytes, keyAtMilliseconds }] of pieces.entries()) {
      const chunk = await sealer.seal(bytes, { final: index === pieces.length - 1 });
      frames.push(chunk.frame);
      chunks.push([chunk.sealed.length, chunk.hash, keyAtMilliseconds]);
    }
    const manifest: Manifest = {
      ...facts,
      kind,
      revision,
      state: 'complete',
      sealedKey: await sealContentKey(contentKey, { ...label, epochPublicKey }),
      headerHash: sealer.headerHash,
      headerBytes: sealer.header.length,
      chunks,
    };
    const jws = await signManifest(manifest, device.privateKey);
    return { kind, revision, manifest, jws, container: concat(...frames) };
  }

  /** The next event of a camera. */
  async function event(wish: EventWish): Promise<KeptEvent> {
    const camera = cameras[wish.camera]?.camera;
    if (camera === undefined) throw new Error('the home has no such camera');
    let { sequence, previous } = sequences.get(camera) ?? { sequence: 0, previous: null };
    const id = newEventId(random);
    const base = { home, camera, epoch: 1, startedAt: wish.startedAt };
    for (let lost = 0; lost < (wish.skip ?? 0); lost++) {
      sequence += 1;
      previous = await eventHash({ ...base, event: newEventId(random), sequence, previous });
    }
    sequence += 1;
    const endedAt = wish.startedAt + CLIP_SECONDS * 1000;
    const facts = { ...base, event: id, sequence, previous, endedAt };
    sequences.set(camera, { sequence, previous: await eventHash(facts) });
    const metadata: EventMetadata = {
      mediaType: CLIP_TYPE,
      widthPixels: 320,
      heightPixels: 180,
      hasAudio: true,
      trigger: 'motion',
      motionBox: null,
    };
    const whole = (bytes: Uint8Array<ArrayBuffer>): Piece[] => [{ bytes, keyAtMilliseconds: null }];
    const objects = [
      await seal(facts, 'metadata', 0, whole(utf8(JSON.stringify(metadata)))),
      await seal(facts, 'clip', 0, wish.pieces ?? clipPieces()),
    ];
    const revisions = wish.revisions ?? 1;
    for (let revision = 0; revision < revisions; revision++) {
      const colour = revision === revisions - 1 ? wish.colour : (wish.colour + 1) % 12;
      objects.push(await seal(facts, 'thumbnail', revision, whole(wish.jpeg ?? colourPicture(colour))));
    }
    return { facts, objects };
  }

  /** The same event while `chunks` of its clip have been recorded and sent. */
  async function growing({ facts, objects }: KeptEvent, chunks: number): Promise<KeptEvent> {
    const young = { ...facts, endedAt: null };
    const changed = objects
      .filter(({ kind, revision }) => kind !== 'thumbnail' || revision === 0)
      .map(async (object) => {
        const manifest: Manifest =
          object.kind === 'clip'
            ? {
                ...object.manifest,
                endedAt: null,
                state: 'growing',
                chunks: object.manifest.chunks.slice(0, chunks),
              }
            : { ...object.manifest, endedAt: null };
        const container = object.container.slice(0, containerBytes(manifest));
        return { ...object, manifest, container, jws: await signManifest(manifest, device.privateKey) };
      });
    return { facts: young, objects: await Promise.all(changed) };
  }

  const gap = async (
    wish: Pick<GapStatement, 'fromSequence' | 'toSequence' | 'reason' | 'from' | 'to'> & { camera: number },
  ) => {
    const camera = cameras[wish.camera]?.camera;
    if (camera === undefined) throw new Error('the home has no such camera');
    const statement: GapStatement = { ...wish, gap: newGapId(random), home, camera };
    return { gap: statement.gap, camera, statement: await signGap(statement, device.privateKey) };
  };

  const account: Account = {
    account: keys.account,
    email: 'anna@example.org',
    keys: keys.keys,
    wrappedMasterKey: await wrapMasterKey(master, random(32), 'passphrase', keys.account),
    wrappedMasterKeyByRecovery: await wrapMasterKey(master, random(32), 'recovery', keys.account),
    session: { session: newSessionId(random), kind: 'full', startedAt: Date.now() },
    homes: [{ home, role: 'owner' }],
  };
  const cameraRows = (): CameraRow[] =>
    cameras.map(({ camera }) => ({
      camera,
      agent: device.agent,
      source: 'rtsp',
      added: true,
      state: { state: 'watching', since: Date.now() - 3_600_000, reason: null },
    }));
  const epochKey = async (camera: CameraId, epoch: number) => {
    const one = cameras.find((other) => other.camera === camera);
    if (one === undefined) throw new Error('the home has no such camera');
    return openEpochKey(await sealOf(camera, one.pair.privateKeyBytes), {
      home,
      camera,
      epoch,
      member: keys.account,
      sealing: keys.sealing,
      epochPublicKey: one.pair.publicKey,
    });
  };
  return {
    ...{ master, keys, home, device, entries, cameras, account },
    ...{ event, growing, gap, cameraRows, epochKey, renewEpoch },
  };
}
export type SealedHome = Awaited<ReturnType<typeof makeHome>>;
