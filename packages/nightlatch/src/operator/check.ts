import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CAMERA_URL_VARIABLE, type OperatorCheckOptions } from '../command-line.ts';
import { endLeftovers } from '../processes/leftovers.ts';
import { openLogFile } from '../processes/log-file.ts';
import { Refused } from '../refused.ts';
import { openDataDirectory } from '../up/data-directory.ts';
import { prepareDatabase } from '../up/database.ts';
import { PACKAGES } from '../up/packages.ts';

const OPERATOR = path.join(PACKAGES, 'server/src/operator.ts');

export interface CheckSurroundings {
  readonly options: OperatorCheckOptions;
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/**
 * Holds the database and the files of a stopped Nightlatch against each other. Starts the embedded database where there is
 * one, and stops it again. Answers 0 when all is well or mended, 1 when something is wrong.
 * @throws Refused when there is nothing to check, or Nightlatch runs
 */
export async function operatorCheck({
  options,
  version,
  environment,
  say,
}: CheckSurroundings): Promise<number> {
  const { dataDirectory, repair } = options;
  if (!existsSync(path.join(dataDirectory, 'nightlatch.json')))
    throw new Refused(
      `${dataDirectory} is no data directory of Nightlatch's. Nothing was checked. Say where it is with --data DIR.`,
    );
  // A full disk is no reason not to look.
  const freeBytes = async () => Number.MAX_SAFE_INTEGER;
  using data = await openDataDirectory({ directory: dataDirectory, version, freeBytes });
  await endLeftovers(data.processes);
  const given = environment.DATABASE_URL ?? '';
  if (given === '' && !existsSync(data.postgres))
    throw new Refused(
      `There is no database in ${dataDirectory}, and DATABASE_URL names none. Nothing was checked.`,
    );
  await using undo = new AsyncDisposableStack();
  let databaseUrl = given;
  if (given === '') {
    const log = openLogFile(path.join(data.logs, 'postgres.log'));
    undo.defer(() => log.close());
    const prepared = await prepareDatabase(data, log);
    const running = await prepared.start(new AbortController().signal);
    undo.defer(() => running.stop());
    databaseUrl = prepared.url;
  }
  say(`Checking ${dataDirectory}…`);
  const child = spawn(process.execPath, [OPERATOR, 'check', ...(repair ? ['--repair'] : [])], {
    env: {
      ...environment,
      [CAMERA_URL_VARIABLE]: undefined,
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      DATA_DIR: data.cloud,
    },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code === 0 ? 0 : 1;
}
