import type { EventId } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';
import type { CloudClient, RawRequest } from './client.ts';
import { CloudAway, CloudRefusal } from './failures.ts';

/** tus 1.0 over the routes of the table. Each function tries once. */
export interface UploadTarget {
  readonly event: EventId;
  readonly kind: ObjectKind;
  readonly revision: number;
}

export interface UploadSource {
  /** Bytes that may be sent by now. */
  readonly bytes: number;
  /** Whether these are all there will ever be. */
  readonly whole: boolean;
  /** The cloud has said that some of it is there: it is asked how much before more is sent. */
  readonly begun?: boolean;
  read(offset: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Small enough to get through a line of 70 kbit/s in the time of one request. */
const PATCH_BYTES = 1024 * 1024;
const PATCH_TIMEOUT_MILLISECONDS = 120_000;
const VERSION = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream' };

export const uploadId = (target: UploadTarget): string => `${target.event}.${target.kind}.${target.revision}`;

interface Arrived {
  readonly offset: number;
  /** Null while the length is not declared. */
  readonly length: number | null;
}

async function head(client: CloudClient, upload: string): Promise<Arrived | null> {
  try {
    const headers = await client.send('agent.head-upload', { params: { upload }, headers: VERSION });
    return {
      offset: numberOf(headers, 'upload-offset') ?? fail(),
      length: numberOf(headers, 'upload-length'),
    };
  } catch (error) {
    if (error instanceof CloudRefusal && (error.status === 404 || error.status === 410)) return null;
    throw error;
  }
}

async function create(client: CloudClient, target: UploadTarget, source: UploadSource): Promise<Arrived> {
  await client.send('agent.create-upload', { headers: creation(target, source) });
  return { offset: 0, length: source.whole ? source.bytes : null };
}

function creation(target: UploadTarget, source: UploadSource): Record<string, string> {
  const metadata = { event: target.event, kind: target.kind, revision: String(target.revision) };
  return {
    ...VERSION,
    ...(source.whole ? { 'upload-length': String(source.bytes) } : { 'upload-defer-length': '1' }),
    'upload-metadata': Object.entries(metadata)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(','),
  };
}

/** Answers that leave it open how much is there: some of it came before, or the cloud takes no bytes with a creation. */
const ASK_AGAIN = [409, 410, 412, 415];

/**
 * Begins the upload with its first bytes: of a small object these are all, and one request does what else takes three.
 * Null where the cloud has to be asked how much has arrived.
 */
async function createWithBytes(
  client: CloudClient,
  target: UploadTarget,
  source: UploadSource,
): Promise<Arrived | null> {
  const body = await readPart(source, 0);
  const request = {
    headers: { ...creation(target, source), ...BYTES },
    body,
    timeoutMilliseconds: PATCH_TIMEOUT_MILLISECONDS,
  };
  try {
    const offset = numberOf(await client.send('agent.create-upload', request), 'upload-offset');
    if (offset === null || offset > body.length) return null;
    return { offset, length: source.whole ? source.bytes : null };
  } catch (error) {
    if (error instanceof CloudRefusal && ASK_AGAIN.includes(error.status)) return null;
    throw error instanceof CloudRefusal && error.status === 422 ? takenUpAnew(error) : error;
  }
}

/**
 * Sends what the cloud does not have yet of the object, from where it stopped; a growing object as far as it has
 * grown. The first request brings bytes already. The last bytes declare the length, so that a clip can be sent before its length is known.
 */
export async function sendObject(
  client: CloudClient,
  target: UploadTarget,
  source: UploadSource,
): Promise<void> {
  const upload = uploadId(target);
  let arrived =
    source.begun === true || source.bytes === 0 ? null : await createWithBytes(client, target, source);
  arrived ??= (await head(client, upload)) ?? (await create(client, target, source));
  if (arrived.offset > source.bytes) {
    throw new CloudRefusal(409, 'conflict', 'The cloud has more of this object than was recorded.');
  }
  while (arrived.offset < source.bytes || (source.whole && arrived.length === null)) {
    arrived = await patch(client, upload, arrived, source);
  }
}

async function patch(
  client: CloudClient,
  upload: string,
  arrived: Arrived,
  source: UploadSource,
): Promise<Arrived> {
  const { offset } = arrived;
  const body = await readPart(source, offset);
  const last = source.whole && offset + body.length === source.bytes;
  const declared = last && arrived.length === null;
  const headers = await sendPatch(client, {
    params: { upload },
    headers: {
      ...VERSION,
      ...BYTES,
      'upload-offset': String(offset),
      ...(declared ? { 'upload-length': String(source.bytes) } : {}),
    },
    body,
    timeoutMilliseconds: PATCH_TIMEOUT_MILLISECONDS,
  });
  if (numberOf(headers, 'upload-offset') !== offset + body.length) fail();
  return { offset: offset + body.length, length: declared ? source.bytes : arrived.length };
}

/**
 * What the cloud has is not where we thought (it lost some, somebody sent in between, or bytes were damaged under way and
 * thrown away): the next try asks again.
 */
async function sendPatch(client: CloudClient, request: RawRequest): Promise<Headers> {
  try {
    return await client.send('agent.patch-upload', request);
  } catch (error) {
    if (!(error instanceof CloudRefusal) || ![404, 409, 410, 412, 422].includes(error.status)) throw error;
    throw takenUpAnew(error);
  }
}

const takenUpAnew = (error: CloudRefusal): CloudAway =>
  new CloudAway(`The upload has to be taken up anew: ${error.message}`, { cause: error, internal: true });

async function readPart(source: UploadSource, offset: number): Promise<Uint8Array<ArrayBuffer>> {
  const part = await source.read(offset, Math.min(PATCH_BYTES, source.bytes - offset));
  if (part.length === 0 && offset < source.bytes) throw new Error('the spool has less than its journal says');
  return part;
}

function numberOf(headers: Headers, name: string): number | null {
  const text = headers.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function fail(): never {
  throw new CloudAway('The cloud did not say how much of the upload has arrived.');
}
