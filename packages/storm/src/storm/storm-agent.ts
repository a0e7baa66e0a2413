import { randomBytes } from 'node:crypto';
import { createLink, type Link } from '@nightlatch/agent/live/link';
import { openSocket } from '@nightlatch/agent/live/socket';
import type { SpooledEvent } from '@nightlatch/agent/spool/spooled-event';
import { type Attempt, createBacklog } from '@nightlatch/agent/uplink/backlog';
import { createClient } from '@nightlatch/agent/uplink/client';
import { type Clock, systemClock } from '@nightlatch/agent/uplink/clock';
import { type ComebackStore, keepInMemory } from '@nightlatch/agent/uplink/comeback';
import { delayMilliseconds } from '@nightlatch/agent/uplink/retry';
import { newEventId } from '@nightlatch/protocol/ids';
import type { Manifest, ObjectKind } from '@nightlatch/protocol/manifest';
import { createSealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { eventHash, signManifest } from '@nightlatch/vault/manifest';
import type { Oracle } from './oracle.ts';
import { createStormLive } from './storm-live.ts';
import type { Resident } from './town.ts';
import { drawWatermark } from './watermark.ts';

const PATIENCE_MILLISECONDS = 1_800_000;
const BACKOFF = { baseMilliseconds: 250, capMilliseconds: 4_000 };

const LASTS_MILLISECONDS = 5_000;

type Bytes = Uint8Array<ArrayBuffer>;
interface SealedObject {
  readonly manifest: Manifest;
  readonly bytes: Bytes;
  readonly jws: string;
}
const recordOf = <Kind extends ObjectKind>({ jws, bytes }: SealedObject, kind: Kind) => ({
  ...{ kind, revision: 0, manifest: jws, bytes: bytes.length },
});

export interface StormAgentParts {
  readonly url: string;
  readonly oracle: Oracle;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** False: it tries again at once, whatever it is told. */
  readonly cooperate: boolean;
  readonly signal: AbortSignal;
}

const RUDE_MILLISECONDS = 200;
/** Nobody waits longer. */
const impatientClock: Clock = {
  ...systemClock,
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, RUDE_MILLISECONDS), signal),
};
/** Forgets its slots. */
function keepNoSlot(): ComebackStore {
  const memory = keepInMemory();
  return {
    get kept() {
      return memory.kept;
    },
    keep: (change) => memory.keep({ ...change, slot: null }),
  };
}

/** An agent without a camera: it seals small events and sends them until they are acknowledged, by the code of the real one. */
export function createStormAgent(resident: Resident, parts: StormAgentParts) {
  const { url, oracle, random, cooperate, signal } = parts;
  const { home, camera, device, epochKey, agentToken } = resident;
  const spool: SpooledEvent[] = [];
  const sealed = new WeakMap<SpooledEvent, ReadonlyMap<ObjectKind, Bytes>>();
  let sequence = 0;
  let previous: string | null = null;
  let attempts = 0;
  let failures = 0;
  let clockMilliseconds = 0;
  let flushing: Promise<boolean> | undefined;
  let linkAttempts = 0;
  let isLinked = false;
  let keepingLink: Promise<void> | undefined;
  const comeback = cooperate ? keepInMemory() : keepNoSlot();
  const clock = cooperate ? systemClock : impatientClock;
  comeback.keep({ token: agentToken });

  async function seal(
    label: { event: Manifest['event']; kind: ObjectKind },
    plaintext: Bytes,
    startedAt: number,
  ): Promise<SealedObject> {
    const whole = { home, camera, ...label, revision: 0, epoch: 1 };
    const contentKey = newContentKey(randomBytes);
    const sealer = await createSealer({ label: whole, contentKey, random: randomBytes });
    const { frame, sealed, hash } = await sealer.seal(plaintext, { final: true });
    const manifest: Manifest = {
      ...whole,
      ...{ sequence, previous, startedAt, endedAt: startedAt + LASTS_MILLISECONDS, state: 'complete' },
      sealedKey: await sealContentKey(contentKey, { ...whole, epochPublicKey: epochKey.publicKey }),
      ...{ headerHash: sealer.headerHash, headerBytes: sealer.header.length },
      chunks: [[sealed.length, hash, null]],
    };
    const jws = await signManifest(manifest, device.privateKey);
    return { manifest, bytes: concat(sealer.header, frame), jws };
  }

  /** From a start to a crash. What is not on the disk of a real agent ends with it: requests, the link, what was announced. */
  function newLife() {
    const ended = new AbortController();
    const alive = AbortSignal.any([signal, ended.signal]);
    const client = createClient({
      ...{ device, serverUrl: url, signal: alive, comeback },
      fetch: (input, init) => {
        attempts += 1;
        return fetch(input, init);
      },
    });

    const live = createStormLive(resident, { oracle, link: () => link });
    const link: Link = createLink({
      ...{ serverUrl: url, client, clock, comeback, fraction: random },
      monotonic: () => performance.now(),
      open: (socket, serve) => {
        linkAttempts += 1;
        return openSocket(socket, (opened) => {
          isLinked = true;
          return serve(opened);
        });
      },
      onOrder: live.order,
      onLost: () => {
        isLinked = false;
        live.end();
      },
      log: () => undefined,
    });

    const wait = async (error: unknown): Promise<void> => {
      failures += 1;
      await clock.sleep(delayMilliseconds(failures, error, random(), BACKOFF), alive);
    };
    const attempt: Attempt = async (event, act) => {
      try {
        const told = await act();
        // Whoever has crashed has heard nothing.
        if (alive.aborted) return false;
        if (told === 'confirmed') {
          oracle.acknowledged(home, event.record.event);
          spool.splice(spool.indexOf(event), 1);
        }
        failures = 0;
        return true;
      } catch (error) {
        await wait(error);
        return false;
      }
    };
    const emptyBacklog = createBacklog({
      ...{ client, device, attempt, wait },
      noteSuccess: () => {
        failures = 0;
      },
      signClip: async () => null,
      spool: {
        clipOf: async () => null,
        read: async (event, kind, _revision, offset, bytesMax) =>
          sealed
            .get(event)
            ?.get(kind)
            ?.slice(offset, offset + bytesMax) ?? new Uint8Array(),
      },
    });
    return { link, emptyBacklog, alive, end: () => ended.abort() };
  }
  let life = newLife();

  async function keepLink(): Promise<void> {
    while (!signal.aborted) {
      const { link, alive } = life;
      await link.run(alive);
    }
  }
  async function empty(): Promise<boolean> {
    const since = performance.now();
    const { emptyBacklog, alive } = life;
    while (spool.length > 0) {
      if (performance.now() - since > PATIENCE_MILLISECONDS || alive.aborted) return false;
      await emptyBacklog(spool.slice(), alive);
    }
    return true;
  }
  const flush = (): Promise<boolean> => {
    if (flushing !== undefined) return flushing;
    const mine = empty().finally(() => {
      if (flushing === mine) flushing = undefined;
    });
    flushing = mine;
    return mine;
  };

  return {
    home,
    liveCamera: { home, camera, agent: device.agent },
    /** How far its clock goes wrong from now on, in milliseconds. */
    setClock(off: number): void {
      clockMilliseconds = off;
    },
    /** Requests that were made for all events together. */
    get attempts() {
      return attempts;
    },
    /** Keeps a link with the cloud, and sends live pictures to whoever watches, as long as the harness runs. */
    runLink(): Promise<void> {
      keepingLink ??= keepLink();
      return keepingLink;
    },
    /** Ends at once, in the middle of whatever it does, and starts again with what it has on its disk. */
    crash(): void {
      life.end();
      life = newLife();
      flushing = undefined;
    },
    get isLinked() {
      return isLinked;
    },
    get linkAttempts() {
      return linkAttempts;
    },
    /** Events that the cloud has not acknowledged. */
    get waiting() {
      return spool.length;
    },
    /** Records one event so long ago and keeps it. */
    async record(agoMilliseconds = 0): Promise<void> {
      sequence += 1;
      const event = newEventId(randomBytes);
      const startedAt = Math.round(Date.now() + clockMilliseconds - agoMilliseconds);
      const thumbnail = await seal({ event, kind: 'thumbnail' }, drawWatermark({ home, event }), startedAt);
      const metadata = await seal({ event, kind: 'metadata' }, new TextEncoder().encode('{}'), startedAt);
      const link = { home, camera, event, sequence, startedAt, epoch: 1, previous };
      previous = await eventHash(link);
      oracle.made(home, event, thumbnail.bytes);
      const objects = [thumbnail, metadata];
      const bytes = objects.reduce((sum, object) => sum + object.bytes.length, 0);
      const spooled: SpooledEvent = {
        ...{ name: event, clip: null, bytes, gone: false, setAside: null },
        record: {
          ...{
            version: 1,
            ...link,
            hash: previous,
            endedAt: startedAt + LASTS_MILLISECONDS,
            state: 'complete',
          },
          objects: [recordOf(thumbnail, 'thumbnail'), recordOf(metadata, 'metadata')],
          clip: null,
        },
      };
      sealed.set(spooled, new Map(objects.map((object) => [object.manifest.kind, object.bytes])));
      spool.push(spooled);
    },
    /** Sends what it keeps until the cloud has acknowledged all of it; false where it gave up, or crashed. */
    flush,
    async deliver(): Promise<boolean> {
      await this.record();
      return flush();
    },
  };
}
export type StormAgent = ReturnType<typeof createStormAgent>;
