import { access, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { LogFile } from '../processes/log-file.ts';
import { startProcess } from '../processes/process.ts';
import { hasCode } from '../refused.ts';
import { PACKAGES } from './packages.ts';

const WEB = path.join(PACKAGES, 'web');
export const WEB_DIST = path.join(WEB, 'dist');
const SOURCES = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/vite.config.ts',
  'web/package.json',
  'vault/src',
  'protocol/src',
];
const BUILD_MILLISECONDS = 300_000;

/** Milliseconds since 1970 of the newest file at or below `place`; 0 where there is none. */
export async function newestChange(place: string): Promise<number> {
  const found = await stat(place).catch(() => undefined);
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  const names = await readdir(place);
  const changes = await Promise.all(names.map((name) => newestChange(path.join(place, name))));
  return Math.max(0, ...changes);
}

/** Whether the built app is there and no source is newer. */
export async function isBuilt(dist: string, sources: readonly string[]): Promise<boolean> {
  const builtAt = (await stat(path.join(dist, 'index.html')).catch(() => undefined))?.mtimeMs ?? 0;
  const changes = await Promise.all(sources.map(newestChange));
  return builtAt > 0 && changes.every((change) => change <= builtAt);
}

/** Where the web app's sources are not (a cloud without them), there is nothing to build. */
export async function webAppIsBuilt(): Promise<boolean> {
  return isBuilt(
    WEB_DIST,
    SOURCES.map((source) => path.join(PACKAGES, source)),
  );
}

/**
 * Builds the web app beside the old one and puts it in its place when it is whole.
 * @throws Refused with what the build said
 */
export async function buildWebApp(log: LogFile, abort: AbortSignal): Promise<void> {
  const vite = path.join(
    path.dirname(createRequire(path.join(WEB, 'package.json')).resolve('vite/package.json')),
    'bin/vite.js',
  );
  await access(vite);
  // Two starts may build at the same time; the later one wins with a whole app.
  const fresh = path.join(PACKAGES, '../.tmp', `web-${process.pid}`);
  const build = await startProcess(
    {
      name: 'The web app',
      command: process.execPath,
      parameters: [vite, 'build', WEB, '--outDir', fresh, '--emptyOutDir'],
      environment: { ...process.env, NODE_ENV: 'production' },
      workingDirectory: WEB,
      log,
      isReady: (line) => /built in/.test(line),
      readyMilliseconds: BUILD_MILLISECONDS,
      stopSignal: 'SIGTERM',
      stopMilliseconds: 5_000,
      killSignal: 'SIGKILL',
    },
    abort,
  );
  await build.ended;
  await rm(WEB_DIST, { recursive: true, force: true });
  await rename(fresh, WEB_DIST).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true, force: true });
    if (!hasCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  });
}
