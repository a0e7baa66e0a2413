import type { Readable } from 'node:stream';
import { UPLOAD_PATCH_BYTES_MAX, UploadId } from '@nightlatch/protocol/agents';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { EventId, type HomeId } from '@nightlatch/protocol/ids';
import { CHUNK_BYTES_MAX, CHUNKS_MAX, ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { DataStore, Metadata, Upload } from '@tus/utils';
import type { AgentContent } from '../gate/agent.ts';
import type { ObjectName, ObjectStore } from '../objects/store.ts';
import { notFound } from '../refusals.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { readObject, setReceived } from '../sql/statements/ingest.ts';
import { declareLength, putUpload, readUpload } from '../sql/statements/uploads.ts';
import type { Completion } from './complete.ts';

/** The longest container by the contract. A thumbnail or metadata in it would be refused by its manifest. */
export const OBJECT_BYTES_MAX = CHUNKS_MAX * (CHUNK_BYTES_MAX + 64) + 4096;
/** After the last byte. What arrived is kept; going on needs a new creation. */
const EXPIRY_MILLISECONDS = 14 * 24 * 3600 * 1000;

export interface UploadParts {
  readonly database: Database;
  readonly objects: ObjectStore;
  readonly complete: Completion;
}

export const movedOn = (): NightlatchError =>
  new NightlatchError(
    'conflict',
    'This upload has gone on elsewhere. What arrived is kept; ask how much it is.',
  );

/** As the table of uploads has it. */
export const METADATA_CHARACTERS_MAX = 1024;
const unusable = (): NightlatchError =>
  new NightlatchError(
    'bad-input',
    'An upload has a length, and says in few words what it is. Nothing was changed.',
  );

/** What the upload's id is made from: the object that it brings, as its metadata says. */
export function idOf(metadata: Record<string, string | null> | undefined): string {
  const { event, kind, revision } = metadata ?? {};
  const id = UploadId.safeParse(`${event}.${kind}.${revision}`);
  if (!id.success)
    throw new NightlatchError(
      'bad-input',
      'The upload does not say which object it is. Nothing was changed.',
    );
  return id.data;
}

/** `evt_….clip.0`, in the agent's home. */
export function nameOf(home: HomeId, upload: string): ObjectName {
  const [event, kind, revision] = UploadId.parse(upload).split('.');
  return {
    home,
    event: EventId.parse(event),
    kind: ObjectKind.parse(kind),
    revision: Revision.parse(Number(revision)),
  };
}

/** The store behind tus, of one agent as the gate has just found it. */
export class UploadStore extends DataStore {
  readonly #parts: UploadParts;
  readonly #agent: AgentContent;
  /** Whether the creation brings bytes with it: then nothing may be there yet. */
  readonly #withBody: boolean;

  constructor(parts: UploadParts, agent: AgentContent, options: { withBody: boolean }) {
    super();
    this.#parts = parts;
    this.#agent = agent;
    this.#withBody = options.withBody;
    this.extensions = ['creation', 'creation-with-upload', 'creation-defer-length', 'expiration'];
  }

  #nameOf(upload: string): ObjectName {
    return nameOf(this.#agent.home, upload);
  }
  #keysOf({ home, event, kind, revision }: ObjectName) {
    return [home, event, kind, revision] as const;
  }

  override async create(upload: Upload): Promise<Upload> {
    const keys = this.#keysOf(this.#nameOf(upload.id));
    const { agent } = this.#agent;
    const metadata = upload.metadata === undefined ? null : Metadata.stringify(upload.metadata);
    if (upload.size === 0 || (metadata?.length ?? 0) > METADATA_CHARACTERS_MAX) throw unusable();
    const [put] = await this.#parts.database.ask({ agent }, putUpload, [
      ...keys,
      agent,
      upload.size ?? null,
      metadata,
    ]);
    if (put === undefined) throw notFound();
    if (this.#withBody && (await this.getUpload(upload.id)).offset > 0) throw movedOn();
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const name = this.#nameOf(id);
    const { agent } = this.#agent;
    const { database, objects } = this.#parts;
    const [row] = await database.ask({ agent }, readUpload, [...this.#keysOf(name), agent]);
    if (row === undefined) throw notFound();
    requireOwn([row], { event: name.event, kind: name.kind, revision: name.revision });
    const { receivedBytes, declaredBytes, complete, metadata, createdAt } = row;
    // A disk that was restored from a copy has less than was said: the agent sends it again.
    const offset = complete ? receivedBytes : Math.min(receivedBytes, await objects.sizeBytes(name));
    if (offset < receivedBytes)
      await database.ask({ agent }, setReceived, [...this.#keysOf(name), offset, receivedBytes]);
    const size = complete ? receivedBytes : declaredBytes;
    return new Upload({
      id,
      offset,
      creation_date: createdAt.toISOString(),
      ...(size === null ? {} : { size }),
      ...(metadata === null ? {} : { metadata: Metadata.parse(metadata) }),
    });
  }

  override async declareUploadLength(id: string, length: number): Promise<void> {
    if (length === 0) throw unusable();
    const { agent } = this.#agent;
    const keys = this.#keysOf(this.#nameOf(id));
    await this.#parts.database.ask({ agent }, declareLength, [...keys, agent, length]);
  }

  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const name = this.#nameOf(id);
    const { agent } = this.#agent;
    const { database, objects, complete } = this.#parts;
    // Nothing is written to what is whole already.
    if (await complete(agent, name)) return offset;
    const [row] = await database.ask({ agent }, readObject, [...this.#keysOf(name), agent]);
    if (row === undefined) throw notFound();
    requireOwn([row], { event: name.event, kind: name.kind, revision: name.revision });
    // The length of what is no longer growing has been signed: there is no room on the disk for more than that.
    const left = row.state === 'growing' ? UPLOAD_PATCH_BYTES_MAX : row.manifestBytes - offset;
    let confirmed = offset;
    const limited = atMost(source, Math.min(UPLOAD_PATCH_BYTES_MAX, left));
    const end = await objects.append(name, offset, limited, async (bytes) => {
      const [row] = await database.ask({ agent }, setReceived, [...this.#keysOf(name), bytes, confirmed]);
      if (row === undefined) throw movedOn();
      confirmed = bytes;
    });
    await complete(agent, name);
    return end;
  }

  override getExpiration(): number {
    return EXPIRY_MILLISECONDS;
  }
}

async function* atMost(source: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax)
      throw new NightlatchError(
        'too-large',
        'This is more than one request brings (8 MiB), or than the manifest describes. What came before is kept.',
      );
    yield chunk;
  }
}
