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

/**
 * The cloud in a process of its own, as `npm start` runs it: every lock on, and no setting to turn one off. Answers the
 * id of the process.
 */
export async function startCloud(
  context: BenchContext,
  place: {
    readonly databaseUrl: string;
    readonly port: number;
    readonly publicUrl: string;
    /** Absent where no app is served. */
    readonly webDirectory?: string;
  },
): Promise<number> {
  const directory = await newDirectory(context);
  const log = openLogFile(path.join(directory, 'cloud.log'));
  context.afterwards(() => log.close());
  const { databaseUrl, port, publicUrl, webDirectory } = place;
  const program = cloudProgram({
    ...{ environment: process.env, databaseUrl, host: '127.0.0.1', port, log },
    dataDirectory: path.join(directory, 'data'),
  });
  const environment = { ...program.environment, PUBLIC_URL: publicUrl, WEB_DIR: webDirectory ?? '' };
  let processId = 0;
  const onStarted = (pid = 0): void => {
    processId = pid;
  };
  const cloud = await startProcess({ ...program, environment, onStarted }, context.signal);
  context.afterwards(() => cloud.stop());
  return processId;
}
