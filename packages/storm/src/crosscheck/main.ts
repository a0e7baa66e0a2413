import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeMeasured } from '../document.ts';
import type { Extent } from './case-messages.ts';
import { CASES } from './cases.ts';
import type { Adapter } from './client.ts';
import { CLIENTS, loadAdapter } from './clients.ts';
import { crosscheck } from './crosscheck.ts';
import { reportOf, tableOf } from './report.ts';

const USAGE =
  'npm run crosscheck -- [CLIENT...] [--seed N] [--case NAME] [--rounds N] [--json FILE] [--report FILE]';
/** The line of the document behind which the tables stand. */
const SEEN = '## What was seen';
const EXTENT: Extent = {
  reads: 1_000,
  rounds: 1,
  inFlight: 50,
  timeoutMilliseconds: 300,
  deadlineMilliseconds: 1_500,
  clients: 1_000,
  searched: 400_000,
};

async function run(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      seed: { type: 'string', default: '20240216' },
      case: { type: 'string' },
      rounds: { type: 'string', default: `${EXTENT.rounds}` },
      json: { type: 'string' },
      report: { type: 'string' },
    },
    allowPositionals: true,
  });
  const known = (await readdir(CLIENTS)).map((file) => file.replace(/\.ts$/, '')).sort();
  const strangers = positionals.filter((name) => !known.includes(name));
  const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
  const areNumbers = Number.isSafeInteger(seed) && Number.isSafeInteger(rounds) && rounds > 0;
  const cases = CASES.filter(({ name }) => values.case === undefined || name === values.case);
  if (strangers.length > 0 || !areNumbers || cases.length === 0)
    throw new Error(
      `${USAGE}\n\nClients: ${known.join(', ')}\nCases: ${CASES.map(({ name }) => `"${name}"`).join(', ')}`,
    );
  const adapters: Adapter[] = [];
  for (const name of positionals.length > 0 ? positionals : known)
    adapters.push(await loadAdapter(path.join(CLIENTS, `${name}.ts`)));
  const result = await crosscheck(adapters, cases, { ...EXTENT, rounds }, seed, (line) =>
    console.error(line),
  );
  for (const line of tableOf(result)) console.log(line);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  if (values.report !== undefined) await writeMeasured(values.report, SEEN, reportOf(result));
}

try {
  await run();
  // Some clients leave timers behind that keep the process alive.
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
