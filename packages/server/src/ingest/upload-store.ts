import type { Readable } from 'node:stream';
import { UPLOAD_PATCH_BYTES_MAX, UploadId } from '@nightlatch/protocol/agents';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { EventId } from '@nightlatch/protocol/ids';
import { CHUNK_BYTES_MAX, CHUNKS_MAX, ObjectKind, Revision } from '@nightlatch/protocol/manifest';
import { DataStore, Metadata, Upload } from '@tus/utils';
import type { AgentContent } from '../gate/agent.ts';
import type { ObjectName, ObjectStore } from '../objects/store.ts';
import { notFound } from '../refusals.ts';
import type { Database } from '../sql/database.ts';
import { setReceived } from '../sql/statements/ingest.ts';
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

const movedOn = (): NightlatchError =>
  new NightlatchError(
    'conflict',
    'This upload has gone on elsewhere. What arrived is kept; ask how much it is.',
  );

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

  /** `evt_….clip.0`, in the agent's home. */
  #nameOf(upload: string): ObjectName {
    const [event, kind, revision] = UploadId.parse(upload).split('.');
    return {
      home: this.#agent.home,
      event: EventId.parse(event),
      kind: ObjectKind.parse(kind),
      revision: Revision.parse(Number(revision)),
    };
  }
  #keysOf({ home, event, kind, revision }: ObjectName) {
    return [home, event, kind, revision] as const;
  }

  override async create(upload: Upload): Promise<Upload> {
    const keys = this.#keysOf(this.#nameOf(upload.id));
    const { agent } = this.#agent;
    const metadata = upload.metadata === undefined ? null : Metadata.stringify(upload.metadata);
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
    let confirmed = offset;
    const end = await objects.append(name, offset, atMost(source, UPLOAD_PATCH_BYTES_MAX), async (bytes) => {
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
      throw new NightlatchError('too-large', 'One request brings at most 8 MiB. What came before is kept.');
    yield chunk;
  }
}
