import { NightlatchError } from '@nightlatch/protocol/errors';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { asksForSocket } from './upgrade.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

export interface Allowed {
  /** The origins under which browsers may use the cloud. */
  readonly origins: ReadonlySet<string>;
  /** The names that requests may come to; a proxy in front may ask by the name it knows the cloud by. */
  readonly hosts: ReadonlySet<string>;
}

export function allowedOrigins(config: Config, port: number): Allowed {
  const local = [`localhost:${port}`, `127.0.0.1:${port}`];
  return config.publicUrl === undefined
    ? { origins: new Set(local.map((host) => `http://${host}`)), hosts: new Set(local) }
    : { origins: new Set([config.publicUrl.origin]), hosts: new Set([config.publicUrl.host, ...local]) };
}

/**
 * Refuses what a foreign page made the browser send: a change or a socket from another origin (or from none), a read that the
 * browser itself says comes from another site, and a name that somebody else's DNS points here. Agents carry a token
 * that no browser adds by itself, and may reach the cloud under any name of the machine; so may health checks.
 * Throws `wrong-origin`.
 */
export function refuseForeignOrigin({ origins, hosts }: Allowed, request: FastifyRequest): void {
  // The route that was found, for a path can be spelled in many ways: `/%61pi`, or with a whole URL in its place.
  const path = request.routeOptions.url ?? request.url.split('?', 1)[0] ?? '';
  if (path.startsWith('/api/agent/') || path === '/api/health') return;
  const { host, origin } = request.headers;
  const refuse = () => {
    throw new NightlatchError(
      'wrong-origin',
      `This cloud is used at ${[...origins].join(' or ')}. Nothing was changed. If it should be reached under another address, start it with PUBLIC_URL set to that.`,
    );
  };
  if (host === undefined || !hosts.has(host.toLowerCase())) refuse();
  if (origin !== undefined && !origins.has(origin)) refuse();
  // A socket is more than a read, and browsers say their origin for every one.
  if (READS.has(request.method) && !asksForSocket(request.raw)) {
    const site = request.headers['sec-fetch-site'];
    const own = site === undefined || site === 'same-origin' || site === 'none';
    if (path.startsWith('/api/') && !own) refuse();
  } else if (origin === undefined) refuse();
}
