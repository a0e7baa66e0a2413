import { randomBytes } from 'node:crypto';
import { createLink } from '@nightlatch/agent/live/link';
import { openSocket } from '@nightlatch/agent/live/socket';
import { createClient } from '@nightlatch/agent/uplink/client';
import { type Clock, systemClock } from '@nightlatch/agent/uplink/clock';
import { type ComebackStore, keepInMemory } from '@nightlatch/agent/uplink/comeback';
import { delayMilliseconds } from '@nightlatch/agent/uplink/retry';
import { sendObject } from '@nightlatch/agent/uplink/tus';
import { EVENTS_PUT_MAX } from '@nightlatch/protocol/agents';
import { type EventId, newEventId } from '@nightlatch/protocol/ids';
import type { Manifest, ObjectKind } from '@nightlatch/protocol/manifest';
import { createSealer } from '@nightlatch/vault/container';
import { newContentKey, sealContentKey } from '@nightlatch/vault/content';
import { concat } from '@nightlatch/vault/encoding';
import { eventHash, signBatch, signManifest } from '@nightlatch/vault/manifest';
import type { Oracle } from './oracle.ts';
import type { Resident } from './town.ts';
import { drawWatermark } from './watermark.ts';

const PATIENCE_MILLISECONDS = 1_800_000;
const BACKOFF = { baseMilliseconds: 250, capMilliseconds: 4_000 };

type Bytes = Uint8Array<ArrayBuffer>;
interface SealedObject {
  readonly manifest: Manifest;
  readonly bytes: Bytes;
  readonly jws: string;
}
/** Kept until the cloud has acknowledged all of it. */
interface Recorded {
  readonly event: EventId;
  readonly objects: readonly SealedObject[];
}

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
  const spool: Recorded[] = [];
  let sequence = 0;
  let previous: string | null = null;
  let attempts = 0;
  let clockMilliseconds = 0;
  let flushing: Promise<boolean> | undefined;
  let linkAttempts = 0;
  let isLinked = false;
  const comeback = cooperate ? keepInMemory() : keepNoSlot();
  const clock = cooperate ? systemClock : impatientClock;
  comeback.keep({ token: agentToken });
  const client = createClient({
    ...{ device, serverUrl: url, signal, comeback },
    fetch: (input, init) => {
      attempts += 1;
      return fetch(input, init);
    },
  });

  const link = createLink({
    ...{ serverUrl: url, client, clock, comeback, fraction: random },
    monotonic: () => performance.now(),
    open: (socket, serve) => {
      linkAttempts += 1;
      return openSocket(socket, (opened) => {
        isLinked = true;
        return serve(opened);
      });
    },
    // Nobody watches here.
    onOrder: () => true,
    onLost: () => {
      isLinked = false;
    },
    log: () => undefined,
  });

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
      ...{ sequence, previous, startedAt, endedAt: startedAt + 5_000, state: 'complete' },
      sealedKey: await sealContentKey(contentKey, { ...whole, epochPublicKey: epochKey.publicKey }),
      ...{ headerHash: sealer.headerHash, headerBytes: sealer.header.length },
      chunks: [[sealed.length, hash, null]],
    };
    const jws = await signManifest(manifest, device.privateKey);
    return { manifest, bytes: concat(sealer.header, frame), jws };
  }

  /** Tells the cloud of all that waits, in one request. */
  async function announce(): Promise<void> {
    const waiting = spool.slice(0, EVENTS_PUT_MAX);
    const manifests = waiting.flatMap(({ objects }) => objects.map(({ jws }) => jws));
    await client.call('agent.put-events', {
      input: {
        statement: await signBatch(manifests, { agent: device.agent, home }, device.privateKey),
        events: waiting.map(({ event, objects }) => ({ event, manifests: objects.map(({ jws }) => jws) })),
      },
    });
  }

  /** Tries once. */
  async function send({ event, objects }: Recorded): Promise<void> {
    const put = () =>
      client.call('agent.put-event', {
        params: { event },
        input: { manifests: objects.map(({ jws }) => jws) },
      });
    const lacking = async () => {
      const stored = await put();
      return objects.filter(
        ({ manifest: { kind } }) => !stored.objects.some((one) => one.kind === kind && one.complete),
      );
    };
    for (const { manifest, bytes } of await lacking()) {
      const { kind, revision } = manifest;
      const read = async (offset: number, count: number) => bytes.slice(offset, offset + count);
      await sendObject(client, { event, kind, revision }, { bytes: bytes.length, whole: true, read });
    }
    if ((await lacking()).length > 0) throw new Error('the cloud has not confirmed every part of an event');
    oracle.acknowledged(home, event);
  }

  async function empty(): Promise<boolean> {
    const since = performance.now();
    let announced = spool.length < 2;
    for (let failures = 0; ; ) {
      const [next] = spool;
      if (next === undefined) return true;
      try {
        if (!announced) await announce();
        announced = true;
        await send(next);
        spool.shift();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (performance.now() - since > PATIENCE_MILLISECONDS || signal.aborted) return false;
        await clock.sleep(delayMilliseconds(failures, error, random(), BACKOFF), signal);
      }
    }
  }
  const flush = (): Promise<boolean> => {
    flushing ??= empty().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  return {
    home,
    /** How far its clock goes wrong from now on, in milliseconds. */
    setClock(off: number): void {
      clockMilliseconds = off;
    },
    /** Requests that were made for all events together. */
    get attempts() {
      return attempts;
    },
    /** Keeps a link with the cloud, as long as the harness runs. */
    runLink: (): Promise<void> => link.run(signal),
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
      previous = await eventHash({ home, camera, event, sequence, startedAt, epoch: 1, previous });
      oracle.made(home, event, thumbnail.bytes);
      spool.push({ event, objects: [thumbnail, metadata] });
    },
    /** Sends what it keeps until the cloud has acknowledged all of it; false where it gave up. */
    flush,
    async deliver(): Promise<boolean> {
      await this.record();
      return flush();
    },
  };
}
export type StormAgent = ReturnType<typeof createStormAgent>;
