import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { CameraRow, EventRow, EventsPage, StreamMessage } from '@nightlatch/protocol/events';
import { EventId } from '@nightlatch/protocol/ids';
import { type Retention, RetentionSet } from '@nightlatch/protocol/retention';
import { routes } from '@nightlatch/protocol/routes';
import { toBase64Url } from '@nightlatch/vault/encoding';
import { builtApp } from './built-app.ts';
import { type KeptEvents, keptEvents } from './kept-events.ts';
import { liveEndpoint } from './live-endpoint.ts';
import type { SealedHome } from './sealed-home.ts';
import { seedScript } from './seed-script.ts';
import { serveApp } from './serve-app.ts';

/** Answers as a test wants them crossed; what is not given is honest. */
export interface Crossing {
  page?: (honest: EventsPage) => EventsPage;
  event?: (honest: EventRow) => EventRow;
  sealed?: (honest: Uint8Array<ArrayBuffer>, path: string) => Uint8Array<ArrayBuffer>;
  log?: (honest: readonly string[]) => readonly string[];
}

/**
 * A cloud of one home in memory, with the built app in front and really sealed events behind it. It checks nothing:
 * only what the viewer verifies stands between a crossed answer and the screen.
 */
export async function startEventCloud(home: SealedHome) {
  const kept: KeptEvents = keptEvents();
  const cross: Crossing = {};
  const reports: unknown[] = [];
  const ranges: string[] = [];
  const streams = new Set<ServerResponse>();
  const pace = { bytesPerSecond: Number.POSITIVE_INFINITY, pieceBytes: 16 * 1024 };
  let cameras: CameraRow[] = home.cameraRows();
  let isAway = false;
  const refusals = { left: 0, given: 0 };
  let retention: Retention = {
    ...{ bytesMax: null, cloudBytesMax: null, bytes: 0, favourites: 0, favouriteBytes: 0 },
    bytesOfLastWeek: 0,
    cameras: [],
  };

  const json = (response: ServerResponse, answer: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  const missing = (response: ServerResponse) =>
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { kind: 'not-found', message: 'There is nothing here.' } }));

  async function sendSealed(response: ServerResponse, bytes: Uint8Array, range: string | undefined) {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    if (range !== undefined) ranges.push(range);
    if (from >= bytes.length && bytes.length > 0) return void missing(response);
    response.writeHead(range === undefined ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length - from,
      ...(range !== undefined && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }),
    });
    for (let at = from; at < bytes.length && !response.destroyed; at += pace.pieceBytes) {
      const piece = bytes.subarray(at, at + pace.pieceBytes);
      response.write(piece);
      const milliseconds = (piece.length / pace.bytesPerSecond) * 1000;
      if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
    }
    response.end();
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://cloud');
    const path = url.pathname;
    if (path === '/seed.html')
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<title>-</title>');
    if (path === '/seed.js') {
      return response.writeHead(200, { 'content-type': 'text/javascript' }).end(await seedScript());
    }
    if (!path.startsWith('/api')) return serveApp(await builtApp(), path, response);
    if (isAway) return request.socket.destroy();
    if (refusals.left > 0 && path.startsWith(`/api/homes/${home.home}/events`)) {
      refusals.left -= 1;
      refusals.given += 1;
      const error = { kind: 'unavailable', message: 'Very many ask at once.' };
      return response.writeHead(503, { 'retry-after': '1' }).end(JSON.stringify({ error }));
    }
    const inHome = `/api/homes/${home.home}`;
    if (path === '/api/account') return json(response, home.account);
    if (path === `${inHome}/log`) {
      const after = Number(url.searchParams.get('after') ?? -1);
      const entries = cross.log?.(home.entries) ?? home.entries;
      return json(response, { entries: entries.slice(after + 1), more: false });
    }
    if (path === `${inHome}/cameras`) return json(response, { cameras });
    // Asked without an upgrade: whoever may watch is told that this is for sockets, everybody else that there is nothing.
    if (/\/cameras\/\w+\/live$/.test(path)) {
      if (live.door.refused === 404) return missing(response);
      const error = { kind: 'bad-input', message: 'This is for sockets.' };
      return response.writeHead(live.door.refused ?? 400).end(JSON.stringify({ error }));
    }
    if (path === `${inHome}/retention`) {
      if (request.method === 'GET') return json(response, retention);
      const set = RetentionSet.parse(JSON.parse(await textOf(request)));
      retention = { ...retention, bytesMax: set.bytesMax };
      for (const { camera, days } of set.cameras)
        retention.cameras = retention.cameras.map((one) => (one.camera === camera ? { ...one, days } : one));
      return json(response, { done: true });
    }
    const starred = EventId.safeParse(/\/events\/(evt_\w+)\/favourite$/.exec(path)?.[1]).data;
    if (starred !== undefined) {
      kept.star(starred, request.method === 'PUT');
      return json(response, { done: true });
    }
    if (path === `${inHome}/stream`) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ kind: 'ready' })}\n\n`);
      streams.add(response);
      response.on('close', () => streams.delete(response));
      return undefined;
    }
    if (path === `${inHome}/reports`) {
      reports.push(JSON.parse(await textOf(request)));
      return json(response, { report: 'rpt_00000000000000000000000000' });
    }
    if (path === `${inHome}/events`) {
      const query = routes['events.list'].query.parse(Object.fromEntries(url.searchParams));
      const [startedAt, event] = query.before?.split('.') ?? [];
      const before =
        event === undefined ? undefined : { startedAt: Number(startedAt), event: EventId.parse(event) };
      const page = kept.page({ ...query, before }, query.limit);
      return json(response, cross.page?.(page) ?? page);
    }
    const [, id = '', kind, revision] = /\/events\/(evt_\w+)(?:\/(\w+)\/(\d))?$/.exec(path) ?? [];
    const event = EventId.safeParse(id).data;
    if (event === undefined) return missing(response);
    if (kind === undefined) {
      const row = kept.row(event);
      return row === null ? missing(response) : json(response, cross.event?.(row) ?? row);
    }
    const bytes = kept.container(event, kind, Number(revision));
    if (bytes === null) return missing(response);
    return sendSealed(response, cross.sealed?.(bytes, `${kind}.${revision}`) ?? bytes, request.headers.range);
  });
  const live = liveEndpoint(server, home);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it can end the cloud must not keep the process.
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the cloud listens on no port');
  return {
    url: `http://localhost:${address.port}`,
    kept,
    live,
    cross,
    reports,
    ranges,
    pace,
    master: toBase64Url(home.master),
    setRetention: (next: Retention) => {
      retention = next;
    },
    retention: () => retention,
    setCameras: (rows: CameraRow[]) => {
      cameras = rows;
    },
    tell: (message: StreamMessage) => {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(message)}\n\n`);
    },
    /** So many requests for events are told to come again in a second. */
    refusals,
    /** While away every request and every stream breaks off. */
    goAway: (away: boolean) => {
      isAway = away;
      if (away) for (const stream of streams) stream.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      live.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) body += String(part);
  return body;
}
export type EventCloud = Awaited<ReturnType<typeof startEventCloud>>;
