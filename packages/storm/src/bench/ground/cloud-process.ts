import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLogFile } from 'nightlatch/processes/log-file';
import { startProcess } from 'nightlatch/processes/process';
import { cloudProgram } from 'nightlatch/up/programs';
import { build } from 'vite';
import type { BenchContext } from '../suite.ts';

const WEB = path.join(import.meta.dirname, '../../../../web');

/** A directory that goes when the suite is over. */
export async function newDirectory({ afterwards }: BenchContext): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'nightlatch-bench-'));
  afterwards(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** The web app as `npm start` builds it, in a directory of its own. */
export async function buildApp(context: BenchContext): Promise<string> {
  const outDir = path.join(await newDirectory(context), 'app');
  await build({
    root: WEB,
    configFile: path.join(WEB, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}

/** The cloud in a process of its own, as `npm start` runs it: every lock on, and no setting to turn one off. */
export async function startCloud(
  context: BenchContext,
  place: {
    readonly databaseUrl: string;
    readonly port: number;
    readonly publicUrl: string;
    readonly webDirectory: string;
  },
): Promise<void> {
  const directory = await newDirectory(context);
  const log = openLogFile(path.join(directory, 'cloud.log'));
  context.afterwards(() => log.close());
  const { databaseUrl, port, publicUrl, webDirectory } = place;
  const program = cloudProgram({
    ...{ environment: process.env, databaseUrl, host: '127.0.0.1', port, log },
    dataDirectory: path.join(directory, 'data'),
  });
  const environment = { ...program.environment, PUBLIC_URL: publicUrl, WEB_DIR: webDirectory };
  const cloud = await startProcess({ ...program, environment }, context.signal);
  context.afterwards(() => cloud.stop());
}
