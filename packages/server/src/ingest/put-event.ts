import type { PublicKey } from '@nightlatch/protocol/encoding';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { containerBytes, Manifest } from '@nightlatch/protocol/manifest';
import { VaultError } from '@nightlatch/vault/errors';
import { verifyManifest } from '@nightlatch/vault/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { Gate } from '../gate/gate.ts';
import { tellHome } from '../hub/hub.ts';
import type { ObjectStore } from '../objects/store.ts';
import type { Ask, Database } from '../sql/database.ts';
import { isPolicyRefusal } from '../sql/failures.ts';
import { requireOwn } from '../sql/own-rows.ts';
import {
  insertObject,
  knownEpochs,
  lockObject,
  objectsOfEvent,
  putEventRow,
  readDeletion,
  renewManifest,
} from '../sql/statements/ingest.ts';
import { type Completion, completeStored } from './complete.ts';
import type { EventStorage } from './event-storage.ts';
import { compareManifests } from './growth.ts';
import { readSentEvent, type SentEvent, STILL_MANIFEST_CHARACTERS_MAX, type Stored } from './sent-event.ts';

export interface EventArrival {
  readonly agent: AgentId;
  readonly home: HomeId;
  readonly event: EventId;
  /** Compact JWS. */
  readonly manifests: readonly string[];
}

/** One answer for everything that is not this agent's to say, so that it cannot ask what there is. */
export const refused = (cause?: unknown): NightlatchError =>
  new NightlatchError(
    'unprocessable',
    'This is not of this agent, its home and its cameras, or says something else than before. Nothing was changed.',
    { cause },
  );

const first = <Item>(items: readonly Item[]): Item => {
  const [item] = items;
  if (item === undefined) throw refused();
  return item;
};

export type EventIngest = (arrival: EventArrival) => Promise<Stored>;

/**
 * Stores the manifests of an event, or renews them; all or none, and sending them again changes nothing. What is new or known
 * word by word goes to the database together with what else comes at this moment (a statement on these tables costs 0.3 ms
 * for its policies alone, and the road of a single event has ten); anything else has a transaction of its own.
 */
export function eventIngest({
  database,
  gate,
  objects,
  complete,
  storage,
}: {
  database: Database;
  gate: Pick<Gate, 'agent'>;
  objects: Pick<ObjectStore, 'requireRoom'>;
  complete: Completion;
  storage: EventStorage;
}): EventIngest {
  /** Answers false where the home's own setting has deleted the event: it does not come back. */
  const store = async (ask: Ask, arrival: EventArrival): Promise<boolean> => {
    const { agent, home, event } = arrival;
    const { deviceKey } = (await gate.agent({ agent, home }, ask)).content;
    const manifests = await verified(arrival, deviceKey);
    const [deletion] = await ask(readDeletion, [home, event, agent]);
    if (deletion !== undefined) {
      requireOwn([deletion], { event });
      return false;
    }
    const { camera, sequence, previous, startedAt } = first(manifests).manifest;
    const ends = manifests.flatMap(({ manifest }) => (manifest.endedAt === null ? [] : [manifest.endedAt]));
    const epochs = new Set((await ask(knownEpochs, [home, camera, agent])).map((row) => row.epoch));
    if (manifests.some(({ manifest }) => manifest.camera !== camera || !epochs.has(manifest.epoch)))
      throw refused();
    const { isNew } = first(
      await ask(putEventRow, [home, event, camera, agent, sequence, previous, startedAt, ends[0] ?? null]),
    );
    let news = isNew;
    for (const { jws, manifest } of manifests) {
      if (
        manifest.sequence !== sequence ||
        manifest.previous !== previous ||
        manifest.startedAt !== startedAt
      )
        throw refused();
      news = (await storeObject(ask, agent, jws, manifest)) || news;
    }
    if (news) await tellHome(ask, home, { kind: 'event', event, camera });
    return true;
  };

  const objectsOf = async (keys: readonly string[], agent: AgentId, event: EventId) => {
    const rows = await database.ask({ agent }, objectsOfEvent, keys);
    // What the agent hears to be complete, it does not keep any longer.
    requireOwn(rows, { event });
    return rows;
  };

  const alone = async (arrival: EventArrival): Promise<Stored> => {
    const { agent, home, event } = arrival;
    const isKept = await database.transact({ agent }, (ask) => store(ask, arrival));
    if (!isKept) return { event, objects: arrival.manifests.map(doneWith) };
    // The bytes may have been here before the last manifest.
    const keys = [home, event, agent];
    const before = await objectsOf(keys, agent, event);
    const arrived = before.filter((object) => !object.complete && object.receivedBytes > 0);
    if (arrived.length === 0) return { event, objects: before };
    for (const { kind, revision } of arrived) await complete(agent, { home, event, kind, revision });
    return { event, objects: await objectsOf(keys, agent, event) };
  };

  /** Undefined where the event has to be looked at by itself. */
  const together = async (arrival: EventArrival): Promise<Stored | undefined> => {
    const { agent, home } = arrival;
    const read = readSentEvent(arrival, arrival);
    // What grows has begun already, as a rule.
    if (read === undefined || read.objects.some(({ manifest }) => manifest.state === 'growing'))
      return undefined;
    const { deviceKey } = (await gate.agent({ agent, home })).content;
    await verified(arrival, deviceKey);
    const sent: SentEvent = { ...read, deviceKey };
    const stored = await storage(sent);
    return stored === undefined ? undefined : completeStored(complete, sent, stored);
  };

  return async (arrival) => {
    // The database is on the same disk by default, and stops when there is no room for its own log.
    await objects.requireRoom();
    try {
      return (await together(arrival)) ?? (await alone(arrival));
    } catch (error) {
      throw error instanceof VaultError || isPolicyRefusal(error) ? refused(error) : error;
    }
  };
}

/** Each manifest with its own signature by the key that the owner pinned. */
const verified = ({ home, event, manifests }: EventArrival, deviceKey: PublicKey) =>
  Promise.all(
    manifests.map(async (jws) => {
      const { camera, kind } = unverifiedPayload(jws, Manifest);
      if (kind !== 'clip' && jws.length > STILL_MANIFEST_CHARACTERS_MAX) throw refused();
      return { jws, manifest: await verifyManifest(jws, { home, camera, event, kind }, deviceKey) };
    }),
  );

/** The cloud had it and has deleted it as the home had said: the agent need not keep it any longer. */
function doneWith(jws: string): Stored['objects'][number] {
  const manifest = unverifiedPayload(jws, Manifest);
  const { kind, revision, state } = manifest;
  return { kind, revision, receivedBytes: containerBytes(manifest), complete: state !== 'growing' };
}

/** Whether there is something new in it for those who watch: a growing clip that has grown is not. */
async function storeObject(ask: Ask, agent: AgentId, jws: string, manifest: Manifest): Promise<boolean> {
  const { home, event, kind, revision, camera, epoch, state } = manifest;
  const keys = [home, event, kind, revision];
  const bytes = containerBytes(manifest);
  const [inserted] = await ask(insertObject, [...keys, camera, epoch, state, jws, bytes]);
  if (inserted !== undefined) return true;
  const stored = first(await ask(lockObject, [...keys, agent]));
  switch (compareManifests(unverifiedPayload(stored.manifest, Manifest), manifest)) {
    case 'known':
      return false;
    case 'contradicts':
      throw refused();
    case 'renews':
      first(await ask(renewManifest, [...keys, state, jws, bytes]));
      return state !== 'growing';
  }
}
