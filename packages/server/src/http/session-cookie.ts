import type { IncomingMessage } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Config } from '../config.ts';

const COOKIE_SECONDS = 90 * 24 * 3600;
const COOKIES_CHARACTERS_MAX = 8192;

/** `__Host-` makes browsers refuse the cookie unless it is Secure, of this host alone and for the whole of it. */
export const cookieName = (config: Config): string =>
  config.publicUrl?.protocol === 'https:' ? '__Host-nightlatch' : 'nightlatch';

const attributes = (config: Config): string =>
  `Path=/; HttpOnly; SameSite=Strict${config.publicUrl?.protocol === 'https:' ? '; Secure' : ''}`;

/** The session token that the request carries; undefined for none, and where there are two of them. */
export function readSessionCookie(
  config: Config,
  request: Pick<IncomingMessage, 'headers'>,
): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined || header.length > COOKIES_CHARACTERS_MAX) return undefined;
  const start = `${cookieName(config)}=`;
  const found = header.split(';').flatMap((part) => {
    const cookie = part.trim();
    return cookie.startsWith(start) ? [cookie.slice(start.length)] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

export function setSessionCookie(config: Config, reply: FastifyReply, token: string): void {
  reply.header(
    'set-cookie',
    `${cookieName(config)}=${token}; Max-Age=${COOKIE_SECONDS}; ${attributes(config)}`,
  );
}

export function clearSessionCookie(config: Config, reply: FastifyReply): void {
  reply.header('set-cookie', `${cookieName(config)}=; Max-Age=0; ${attributes(config)}`);
}
