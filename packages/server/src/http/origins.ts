import { NightlatchError } from '@nightlatch/protocol/errors';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The origins under which browsers may use the cloud. */
export function allowedOrigins(config: Config, port: number): ReadonlySet<string> {
  if (config.publicUrl !== undefined) return new Set([config.publicUrl.origin]);
  return new Set([`http://localhost:${port}`, `http://127.0.0.1:${port}`]);
}

/**
 * Refuses what a foreign page made the browser send: a change from another origin (or from none), a read that the
 * browser itself says comes from another site, and a name that somebody else's DNS points here. Agents carry a token
 * that no browser adds by itself, and may reach the cloud under any name of the machine; so may health checks.
 * Throws `wrong-origin`.
 */
export function refuseForeignOrigin(origins: ReadonlySet<string>, request: FastifyRequest): void {
  const path = request.url.split('?', 1)[0] ?? '';
  if (path.startsWith('/api/agent/') || path === '/api/health') return;
  const { host, origin } = request.headers;
  const hosts = [...origins].map((allowed) => new URL(allowed).host);
  const refuse = () => {
    throw new NightlatchError(
      'wrong-origin',
      `This cloud is used at ${[...origins].join(' or ')}. Nothing was changed. If it should be reached under another address, start it with PUBLIC_URL set to that.`,
    );
  };
  if (host === undefined || !hosts.includes(host.toLowerCase())) refuse();
  if (origin !== undefined && !origins.has(origin)) refuse();
  if (READS.has(request.method)) {
    const site = request.headers['sec-fetch-site'];
    const own = site === undefined || site === 'same-origin' || site === 'none';
    if (path.startsWith('/api/') && !own) refuse();
  } else if (origin === undefined) refuse();
}
