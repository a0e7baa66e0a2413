import { existsSync, readFileSync, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The policy that the cloud sends with the app. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the built app under the cloud's content security policy; a path that is no file is a page of the app. */
export function serveApp(directory: string, path: string, response: ServerResponse): void {
  const wanted = join(directory, normalize(path));
  const isFile = wanted.startsWith(directory) && existsSync(wanted) && statSync(wanted).isFile();
  const file = isFile ? wanted : join(directory, 'index.html');
  response
    .writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
    })
    .end(readFileSync(file));
}
