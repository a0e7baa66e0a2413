import { STATUS_OF } from '@nightlatch/protocol/errors';
import type { AgentId } from '@nightlatch/protocol/ids';
import { type Locker, MemoryLocker, Server } from '@tus/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from '../admission/admission.ts';
import { createPlaces } from '../admission/places.ts';
import type { AgentContent } from '../gate/agent.ts';
import type { Grant } from '../gate/grant.ts';
import { toNightlatchError } from '../http/failures.ts';
import {
  type AtOnce,
  createAtOnce,
  readAtOnce,
  readBody,
  TUS_VERSION,
  UPLOAD_BYTES_TYPE,
} from './upload-at-once.ts';
import { idOf, movedOn, OBJECT_BYTES_MAX, type UploadParts, UploadStore } from './upload-store.ts';

const PATH = '/api/agent/uploads';

export interface UploadLimits {
  /** Bodies that are read at once; each takes a file, a lock and some 100 KB. */
  readonly bodiesMax: number;
  /** Of one agent: so many clips as it follows, and two more. No agent keeps all others out by sending slowly. */
  readonly bodiesOfAgentMax: number;
}
const LIMITS: UploadLimits = { bodiesMax: 256, bodiesOfAgentMax: 6 };

/** Resumable uploads (tus 1.0) of one agent at a time: the store behind them is made from its grant. */
export function createUploads(
  parts: UploadParts & { readonly admission: Admission; readonly limits?: Partial<UploadLimits> },
) {
  const { bodiesMax, bodiesOfAgentMax } = { ...LIMITS, ...parts.limits };
  const enter = createPlaces<AgentId>({ max: bodiesMax, ofOneMax: bodiesOfAgentMax });
  // One writer for an upload: who comes second waits until the first has let go, or takes over from a dead one.
  const locks = new MemoryLocker();
  const lockerOf = (agent: string): Locker => ({ newLock: (id) => locks.newLock(`${agent} ${id}`) });

  const atOnce = createAtOnce(parts);
  const takeAtOnce = async (upload: AtOnce, manifest: string, request: FastifyRequest): Promise<string> => {
    const body = await readBody(request.raw, upload.bytes);
    const { event, kind, revision } = upload.name;
    const id = `${event}.${kind}.${revision}`;
    const lock = lockerOf(upload.agent).newLock(id);
    await lock
      .lock(new AbortController().signal, () => undefined)
      .catch((error: unknown) => {
        throw error instanceof Error ? error : movedOn();
      });
    try {
      // What is left is work for the disk and the database: people who look go before it.
      using _turn = await parts.admission.enter('media');
      await atOnce.take(upload, manifest, body);
    } finally {
      await lock.unlock();
    }
    return id;
  };

  return async (
    grant: Grant<AgentContent>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> => {
    using _place = request.method === 'HEAD' ? undefined : enter(grant.content.agent);
    const small = readAtOnce(grant.content, request.raw);
    const manifest = small === undefined ? null : await atOnce.manifestOf(small);
    if (small !== undefined && manifest !== null) {
      reply.headers({ 'tus-resumable': TUS_VERSION, 'cache-control': 'no-store' });
      const id = await takeAtOnce(small, manifest, request);
      return reply
        .code(201)
        .headers({ location: `${PATH}/${id}`, 'upload-offset': small.bytes })
        .send();
    }
    const withBody = request.headers['content-type'] === UPLOAD_BYTES_TYPE;
    const server = new Server({
      path: PATH,
      relativeLocation: true,
      allowedOrigins: () => false,
      maxSize: OBJECT_BYTES_MAX,
      locker: lockerOf(grant.content.agent),
      namingFunction: (_request, metadata) => idOf(metadata),
      datastore: new UploadStore(parts, grant.content, { withBody }),
      onResponseError: (_request, error) => {
        // What tus itself refuses has its status already.
        if (!(error instanceof Error) && 'status_code' in error) return undefined;
        const failure = toNightlatchError(error);
        if (failure.kind === 'internal') request.log.error({ err: error }, 'an upload failed');
        const { kind, message } = failure;
        return {
          status_code: STATUS_OF[kind],
          body: JSON.stringify({
            error: { kind, message: kind === 'internal' ? 'Something went wrong here; try again.' : message },
          }),
        };
      },
    });
    reply.hijack();
    reply.raw.setHeader('cache-control', 'no-store');
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    await server.handle(request.raw, reply.raw);
    return reply;
  };
}
export type Uploads = ReturnType<typeof createUploads>;
