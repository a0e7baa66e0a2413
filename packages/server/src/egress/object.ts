import { VaultError } from '@nightlatch/vault/errors';
import { HEADER_BYTES_MAX, type ObjectLabel, parseHeader } from '@nightlatch/vault/header';
import type { FastifyReply } from 'fastify';
import type { AskedObject } from '../gate/asked.ts';
import type { Grant } from '../gate/grant.ts';
import type { ObjectContent } from '../gate/object.ts';
import type { OpenObject } from '../objects/store.ts';
import { notFound } from '../refusals.ts';
import type { EgressParts } from './egress.ts';
import { parseRange } from './range.ts';
import { type DownloadLimits, downloadWatches } from './watch.ts';

export interface ObjectRequest {
  readonly grant: Grant<ObjectContent>;
  /** What the request of this session asked for: the grant has to say the same. */
  readonly asked: AskedObject;
  readonly rangeHeader: string | undefined;
  readonly reply: FastifyReply;
}

/** Sends the sealed bytes of an object, as far as they have arrived, for as long as the caller may have them. */
export function objectEgress(parts: EgressParts, limits: Partial<DownloadLimits>) {
  const { objects, ledger, sameLabel, take, refuse } = parts;
  const watchDownload = downloadWatches(parts, limits);
  return async ({ grant, asked, rangeHeader, reply }: ObjectRequest): Promise<FastifyReply> => {
    const { session, account, home, event, kind, revision } = asked;
    const { camera, epoch, receivedBytes, complete } = take(grant, {
      what: 'object',
      ...{ session, account, home, event, kind, revision },
    });
    if (receivedBytes === 0) throw notFound();

    const watch = watchDownload({ session, account, home });
    let object: OpenObject | undefined;
    let sent = false;
    try {
      object = await objects.open({ home, event, kind, revision });
      if (object === undefined || object.sizeBytes < receivedBytes)
        throw new Error(`the object store has less of ${event}.${kind}.${revision} than the database says`);
      // The same open file is read for the label and sent: it cannot be exchanged in between.
      const label = await readLabel(await object.read(0, Math.min(HEADER_BYTES_MAX, receivedBytes)));
      const granted = { home, camera, event, kind, revision, epoch };
      // A container of which the beginning is still under way says nothing yet, and is no crossing.
      if (label === 'not-yet') throw notFound();
      if (label === undefined || !sameLabel(label, granted))
        throw refuse('the container says that it is something else', granted);

      const range = parseRange(rangeHeader, receivedBytes);
      const total = complete ? String(receivedBytes) : '*';
      reply.headers({
        ...parts.headers,
        'accept-ranges': 'bytes',
        'content-type': 'application/octet-stream',
      });
      if (range === 'unsatisfiable')
        return reply.code(416).header('content-range', `bytes */${receivedBytes}`).send();
      const { first, last } = range === 'all' ? { first: 0, last: receivedBytes - 1 } : range;

      await ledger.record({
        ...{ home, account, session, what: 'object', events: [event] },
        object: { kind, revision, firstByte: first, lastByte: last },
      });
      if (range !== 'all') reply.code(206).header('content-range', `bytes ${first}-${last}/${total}`);
      reply.header('content-length', last - first + 1);
      sent = true;
      return reply.send(watch.over(object.stream(first, last)));
    } finally {
      if (!sent) {
        watch.end();
        await object?.[Symbol.asyncDispose]();
      }
    }
  };
}

async function readLabel(head: Uint8Array): Promise<ObjectLabel | 'not-yet' | undefined> {
  try {
    return parseHeader(head).label;
  } catch (error) {
    return error instanceof VaultError && error.reason === 'truncated' ? 'not-yet' : undefined;
  }
}
