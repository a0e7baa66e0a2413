import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId } from '@nightlatch/protocol/ids';
import { CHUNK_FRAME_BYTES, Manifest } from '@nightlatch/protocol/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import { Metadata } from '@tus/utils';
import type { AgentContent } from '../gate/agent.ts';
import { HOME_CHANNEL } from '../hub/hub.ts';
import type { ObjectName, ObjectStore } from '../objects/store.ts';
import { notFound } from '../refusals.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { readObject } from '../sql/statements/ingest.ts';
import { takeWhole } from '../sql/statements/uploads.ts';
import { notAsDescribed } from './complete.ts';
import { idOf, METADATA_CHARACTERS_MAX, movedOn, nameOf } from './upload-store.ts';

/** Bodies of this length are held in memory, at most one for each place: 32 MB in all. A thumbnail has some 20 KB. */
const AT_ONCE_BYTES_MAX = 128 * 1024;

export const TUS_VERSION = '1.0.0';
export const UPLOAD_BYTES_TYPE = 'application/offset+octet-stream';

export interface AtOnce {
  readonly agent: AgentId;
  readonly name: ObjectName;
  readonly bytes: number;
  /** As the agent sent it. */
  readonly metadata: string;
}

/** What a creation brings that has all bytes of a small object with it; undefined for any other request. */
export function readAtOnce(
  { agent, home }: AgentContent,
  { method, headers }: IncomingMessage,
): AtOnce | undefined {
  const { 'upload-length': length, 'upload-metadata': metadata } = headers;
  if (method !== 'POST' || headers['content-type'] !== UPLOAD_BYTES_TYPE) return undefined;
  if (headers['tus-resumable'] !== TUS_VERSION || length !== headers['content-length']) return undefined;
  if (headers['upload-defer-length'] !== undefined || headers['upload-concat'] !== undefined)
    return undefined;
  if (typeof length !== 'string' || !/^[1-9]\d{0,6}$/.test(length) || typeof metadata !== 'string')
    return undefined;
  const bytes = Number(length);
  if (bytes > AT_ONCE_BYTES_MAX || metadata.length > METADATA_CHARACTERS_MAX) return undefined;
  try {
    return { agent, name: nameOf(home, idOf(Metadata.parse(metadata))), bytes, metadata };
  } catch {
    // For tus to refuse, in its own words.
    return undefined;
  }
}

/**
 * Takes a small object that comes whole with the creation of its upload: compared with the signed manifest in memory, then
 * put in its place on the disk, then completed by one statement. By way of tus the same takes six statements, two
 * transactions and three more calls that wait for the disk.
 */
export function createAtOnce({ database, objects }: { database: Database; objects: ObjectStore }) {
  return {
    /**
     * The manifest of an object of which nothing has arrived and which is as long as the upload says; null where it is
     * not so plain. That is for tus to look at.
     */
    manifestOf: async ({ agent, name, bytes }: AtOnce): Promise<string | null> => {
      const { home, event, kind, revision } = name;
      const [row] = await database.ask({ agent }, readObject, [home, event, kind, revision, agent]);
      if (row === undefined) throw notFound();
      requireOwn([row], { event, kind, revision });
      const isPlain =
        !row.complete && row.receivedBytes === 0 && row.state !== 'growing' && row.manifestBytes === bytes;
      return isPlain ? row.manifest : null;
    },

    /** Durable and complete when it returns. One writer at a time: the caller holds the upload's lock. */
    take: async (
      { agent, name, bytes, metadata }: AtOnce,
      manifest: string,
      body: Uint8Array,
    ): Promise<void> => {
      // It was verified when it was stored.
      if (!isDescribedBy(body, unverifiedPayload(manifest, Manifest))) throw notAsDescribed();
      await objects.put(name, body);
      const { home, event, kind, revision } = name;
      const keys = [home, event, kind, revision];
      const rows = await database.ask({ agent }, takeWhole, [
        ...[...keys, agent, bytes, manifest, metadata, HOME_CHANNEL],
      ]);
      if (rows.length !== 1) throw movedOn();
      requireOwn(rows, { home, event, kind, revision });
    },
  };
}

/** Reads a body of so many bytes; one that breaks off before is nobody's. */
export async function readBody(request: IncomingMessage, bytes: number): Promise<Uint8Array> {
  const body = Buffer.allocUnsafe(bytes);
  let position = 0;
  try {
    for await (const chunk of request) {
      if (!(chunk instanceof Uint8Array) || position + chunk.length > bytes) throw brokenOff();
      body.set(chunk, position);
      position += chunk.length;
    }
  } catch (error) {
    throw brokenOff(error);
  }
  if (position < bytes) throw brokenOff();
  return body;
}

const brokenOff = (cause?: unknown): NightlatchError =>
  new NightlatchError('bad-input', 'The upload broke off. Nothing of it was kept; send it again.', { cause });

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

/** Whether these are the bytes that the manifest describes, from the first to the last. */
export function isDescribedBy(bytes: Uint8Array, manifest: Manifest): boolean {
  if (hash(bytes.subarray(0, manifest.headerBytes)) !== manifest.headerHash) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = manifest.headerBytes;
  for (const [length, sealedHash] of manifest.chunks) {
    const end = position + CHUNK_FRAME_BYTES + length;
    if (end > bytes.length || view.getUint32(position) !== length) return false;
    if (hash(bytes.subarray(position + CHUNK_FRAME_BYTES, end)) !== sealedHash) return false;
    position = end;
  }
  return position === bytes.length;
}
