import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId } from '@nightlatch/protocol/ids';
import { CHUNK_FRAME_BYTES, Manifest } from '@nightlatch/protocol/manifest';
import { hashBytes } from '@nightlatch/vault/encoding';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { tellHome } from '../hub/hub.ts';
import type { ObjectName, ObjectStore, OpenObject } from '../objects/store.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { markComplete, readObject, setReceived } from '../sql/statements/ingest.ts';
import { declareLength } from '../sql/statements/uploads.ts';
import type { SentEvent, Stored } from './sent-event.ts';

export const notAsDescribed = (): NightlatchError =>
  new NightlatchError(
    'unprocessable',
    'What arrived is not what the manifest describes. It was thrown away; send it again from the start.',
  );

/** True once every byte is on disk, matches the signed manifest, and the row is committed. */
export type Completion = (agent: AgentId, name: ObjectName) => Promise<boolean>;

/**
 * Finishes an object whose bytes have all arrived: hashes what is on the disk against the manifest that was signed.
 * What does not match is thrown away, and the agent sends it again from the start; it has not deleted it.
 */
export function createCompletion({
  database,
  objects,
}: {
  database: Database;
  objects: ObjectStore;
}): Completion {
  return async (agent, name) => {
    const { home, event, kind, revision } = name;
    const keys = [home, event, kind, revision];
    const [row] = await database.ask({ agent }, readObject, [...keys, agent]);
    if (row === undefined) return false;
    requireOwn([row], { event, kind, revision });
    if (row.complete) return true;
    if (row.state === 'growing' || row.receivedBytes < row.manifestBytes) return false;

    // The manifest was verified when it was stored.
    const manifest = unverifiedPayload(row.manifest, Manifest);
    const whole = row.receivedBytes === row.manifestBytes && (await matches(objects, name, manifest));
    if (!whole) {
      await database.transact({ agent }, async (ask) => {
        await ask(setReceived, [...keys, 0, row.receivedBytes]);
        await ask(declareLength, [...keys, agent, null]);
      });
      throw notAsDescribed();
    }
    await objects.complete(name);
    await database.transact({ agent }, async (ask) => {
      const [marked] = await ask(markComplete, [...keys, row.receivedBytes]);
      if (marked !== undefined) await tellHome(ask, home, { kind: 'event', event, camera: row.camera });
    });
    return true;
  };
}

/** Completes what is whole of a stored event: the bytes may have been here before the last manifest. */
export const completeStored = async (
  complete: Completion,
  { agent, home, event, objects: sent }: SentEvent,
  stored: Stored,
): Promise<Stored> => ({
  event,
  objects: await Promise.all(
    stored.objects.map(async (object) => {
      const { kind, revision, receivedBytes } = object;
      const isWhole = sent.some(
        ({ manifest, bytes }) =>
          manifest.kind === kind && manifest.revision === revision && bytes === receivedBytes,
      );
      if (object.complete || !isWhole) return object;
      return { ...object, complete: await complete(agent, { home, event, kind, revision }) };
    }),
  ),
});

async function matches(objects: ObjectStore, name: ObjectName, manifest: Manifest): Promise<boolean> {
  const object = await objects.openArriving(name);
  if (object === undefined) return false;
  await using _ = object;
  return await bytesMatch(object, manifest);
}

async function bytesMatch(object: OpenObject, manifest: Manifest): Promise<boolean> {
  const header = await object.read(0, manifest.headerBytes);
  if ((await hashBytes(header)) !== manifest.headerHash) return false;
  let position = manifest.headerBytes;
  for (const [bytes, hash] of manifest.chunks) {
    const frame = await object.read(position, CHUNK_FRAME_BYTES + bytes);
    if (frame.length !== CHUNK_FRAME_BYTES + bytes) return false;
    const length = new DataView(frame.buffer, frame.byteOffset).getUint32(0);
    if (length !== bytes || (await hashBytes(frame.slice(CHUNK_FRAME_BYTES))) !== hash) return false;
    position += frame.length;
  }
  return true;
}
