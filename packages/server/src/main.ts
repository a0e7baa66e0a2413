import { ServerKeysRefused } from './accounts/server-keys.ts';
import { ConfigRefused, readConfig } from './config.ts';
import { makeLog } from './logging.ts';
import { MigrationRefused } from './sql/migrate.ts';
import { openCloud } from './wiring.ts';

/** Exit codes, for whoever starts the cloud: each is a reason that starting it again does not mend. */
const EXIT = { failed: 1, config: 2, portInUse: 3, migration: 4, keys: 5 } as const;
const CLOSE_MILLISECONDS = 10_000;

const log = makeLog({ level: process.env.LOG_LEVEL ?? 'info' });

/** What happened, what was kept and what to do; and the exit code. */
function explain(error: unknown): { code: number; message: string } {
  if (error instanceof ConfigRefused) return { code: EXIT.config, message: error.message };
  if (error instanceof MigrationRefused) return { code: EXIT.migration, message: error.message };
  if (error instanceof ServerKeysRefused) return { code: EXIT.keys, message: error.message };
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return {
      code: EXIT.portInUse,
      message:
        'The port is in use by another program. Everything stored is kept. Stop that program, or set PORT to another.',
    };
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'CONNECT_TIMEOUT')
    return {
      code: EXIT.failed,
      message:
        'The database in DATABASE_URL does not answer. Nothing was changed. Start it, or correct DATABASE_URL.',
    };
  return { code: EXIT.failed, message: error instanceof Error ? error.message : String(error) };
}

async function run(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Whoever started it is gone, however it went, and would start another one on the same port.
  process.once('disconnect', () => stop.abort());
  process.channel?.unref();
  await using cloud = await openCloud(readConfig(process.env), { log });
  const url = await cloud.listen();
  log.info({ address: url.href }, 'cloud is ready');
  if (!stop.signal.aborted)
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
  log.info('stopping');
  // Requests under way get to end, but not for ever.
  setTimeout(() => {
    log.warn('some requests did not end in time');
    process.exit(EXIT.failed);
  }, CLOSE_MILLISECONDS).unref();
}

try {
  await run();
  log.info('stopped; everything that was acknowledged is kept');
} catch (error) {
  const { code, message } = explain(error);
  log.fatal({ err: error }, message);
  process.exitCode = code;
}
