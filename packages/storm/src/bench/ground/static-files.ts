import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../suite.ts';

interface Served {
  /** Answered for `/`. */
  readonly page: string;
  /** Files by their path. */
  readonly files: Readonly<Record<string, string>>;
  /** A folder in which files come and go. */
  readonly folder?: { readonly at: string; readonly directory: string };
}

export interface StaticFiles {
  readonly url: string;
  /** @throws Error where the file is not there in time */
  untilThere(name: string, milliseconds: number, signal: AbortSignal): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.m4s': 'video/mp4',
  '.mp4': 'video/mp4',
};
const LOOK_MILLISECONDS = 50;

/** A server on this machine for the page of a player and what it plays; nothing of it is kept by the browser. */
export async function startFiles(
  { afterwards }: BenchContext,
  { page, files, folder }: Served,
): Promise<StaticFiles> {
  const placeOf = (name: string): string | undefined =>
    folder !== undefined && name.startsWith(folder.at)
      ? path.join(folder.directory, path.basename(name))
      : files[name];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const place = placeOf(pathname);
    const body = pathname === '/' ? page : await readFile(place ?? '').catch(() => null);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', TYPES[path.extname(pathname)] ?? 'text/html; charset=utf-8');
    response.statusCode = body === null ? 404 : 200;
    response.end(body ?? '');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterwards(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return {
    url: `http://localhost:${address.port}/`,
    untilThere: async (name, milliseconds, signal) => {
      const until = performance.now() + milliseconds;
      while ((await readFile(placeOf(name) ?? '').catch(() => null)) === null) {
        if (performance.now() > until)
          throw new Error(`${name} was not there after ${milliseconds / 1000} s`);
        await sleep(LOOK_MILLISECONDS, undefined, { signal });
      }
    },
  };
}
