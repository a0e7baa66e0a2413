import { createHmac } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import * as opaque from '@serenity-kit/opaque';
import { z } from 'zod';
import type { Database } from '../sql/database.ts';
import { NO_SCOPE } from '../sql/scope.ts';
import { addInstallation, readInstallation } from '../sql/statements/installation.ts';

const Key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const ServerKeysFile = z.object({
  version: z.literal(1),
  emailKey: Key,
  indexKey: Key,
  challengeKey: Key,
  opaqueSetup: z.string().min(64).max(4096),
});

/** Secrets of this installation; made at the first start, never changed, never logged. */
export interface ServerKeys {
  /** AES-256-GCM over e-mail addresses, 32 bytes. */
  readonly emailKey: Uint8Array;
  /** HMAC-SHA-256 for blind indexes of e-mail and network addresses, 32 bytes. */
  readonly indexKey: Uint8Array;
  /** HMAC-SHA-256 over the challenges given to agents, 32 bytes. */
  readonly challengeKey: Uint8Array;
  /** OPAQUE's server setup, as the library writes it. */
  readonly opaqueSetup: string;
}

/** The key file cannot be used; nobody could sign in. Nothing was changed. */
export class ServerKeysRefused extends Error {
  override readonly name = 'ServerKeysRefused';
}

/** Writes the file whole or not at all; of two servers that start at once one wins. */
async function writeOnce(file: string, text: string): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  const handle = await open(part, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await link(part, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await rm(part);
  const directory = await open(path.dirname(file));
  await directory.sync().finally(() => directory.close());
}

/** What the database remembers of the keys, so that it is never used with others. */
export const fingerprintOf = (keys: ServerKeys): string =>
  createHmac('sha256', Buffer.concat([keys.emailKey, keys.indexKey, keys.challengeKey]))
    .update(`nightlatch installation\0${keys.opaqueSetup}`)
    .digest('base64url');

/**
 * Reads `keys/server-keys.json` in the data directory, or makes it where the database is new too: other keys beside a
 * database in use would lock everybody out.
 */
export async function readServerKeys(options: {
  dataDirectory: string;
  random: RandomBytes;
  database: Database;
}): Promise<ServerKeys> {
  await opaque.ready;
  const file = path.join(options.dataDirectory, 'keys', 'server-keys.json');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const [installation] = await options.database.ask(NO_SCOPE, readInstallation, []);
  if (text === undefined && installation !== undefined)
    throw new ServerKeysRefused(
      `This database is in use, but its keys are missing: ${file}. Nothing was changed. Restore that file from the backup that belongs to this database.`,
    );
  const keys = parseKeys(file, text ?? (await makeKeys(file, options.random)));
  const fingerprint = fingerprintOf(keys);
  await options.database.ask(NO_SCOPE, addInstallation, [fingerprint]);
  const [kept] = await options.database.ask(NO_SCOPE, readInstallation, []);
  if (kept?.keys_fingerprint !== fingerprint)
    throw new ServerKeysRefused(
      `The keys in ${file} are not those of this database. Nothing was changed. Use the data directory that belongs to it.`,
    );
  await chmod(file, 0o600);
  return keys;
}

async function makeKeys(file: string, random: RandomBytes): Promise<string> {
  const key = () => Buffer.from(random(32)).toString('base64url');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const made = {
    version: 1,
    emailKey: key(),
    indexKey: key(),
    challengeKey: key(),
    opaqueSetup: opaque.server.createSetup(),
  };
  await writeOnce(file, `${JSON.stringify(made)}\n`);
  return readFile(file, 'utf8');
}

function parseKeys(file: string, text: string): ServerKeys {
  try {
    return ServerKeysFile.parse(JSON.parse(text));
  } catch {
    // The cause would quote the file, and the file is secret.
    throw new ServerKeysRefused(
      `The keys in ${file} cannot be read. Nothing was changed. Restore that file from a backup.`,
    );
  }
}
