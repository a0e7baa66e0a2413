import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { ConfigRefused, readConfig } from './config.ts';
import { CheckRefused, checkObjects } from './retention/check.ts';
import { wordsOfCheck } from './retention/check-words.ts';
import { openDatabase } from './sql/database.ts';
import { MigrationRefused, migrate } from './sql/migrate.ts';

/** The operator's check as a process of its own: `check` or `check --repair`, with the settings of the cloud. */
async function run(parameters: readonly string[]): Promise<number> {
  const [command, ...flags] = parameters;
  if (command !== 'check' || flags.some((flag) => flag !== '--repair'))
    throw new ConfigRefused('It takes: check [--repair]. Nothing was checked.');
  const repair = flags.length > 0;
  const { databaseUrl, dataDirectory } = readConfig(process.env);
  // As at every start: an older database is brought to this version, a newer one is refused.
  await migrate({ url: databaseUrl });
  await using database = openDatabase({
    url: databaseUrl,
    random: (count) => new Uint8Array(randomBytes(count)),
    onDoubt: () => {},
    sharedConnections: 1,
    transactionConnections: 1,
  });
  const checked = await checkObjects({ database, directory: path.join(dataDirectory, 'objects'), repair });
  process.stdout.write(`${wordsOfCheck(checked, repair).join('\n')}\n`);
  return checked.unmended === 0 ? 0 : 1;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  const isTold =
    error instanceof CheckRefused || error instanceof MigrationRefused || error instanceof ConfigRefused;
  process.stderr.write(
    `${isTold ? error.message : `The check could not be made: ${error instanceof Error ? error.stack : error}`}\n`,
  );
  process.exitCode = 1;
}
