import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { writeMeasured } from '../document.ts';
import { playProgramme, programmeFailures, programmeTable } from './programme.ts';

export const SIMULATION_USAGE =
  'npm run storm -- simulation [--steps N] [--seed N] [--report FILE] [--json FILE]';
const STEPS = 200_000;
const SEED = 20_240_216;
/** The section of the document that has the table. */
const MEASURED = '## Measured: simulation';

const wholeNumber = (text: string, what: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${what} is a whole number above 0\n${SIMULATION_USAGE}`);
  return number;
};

/** The locks in one process: ever new orders of what happens, by one seed. @param args after `simulation` */
export async function runSimulation(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      steps: { type: 'string', default: `${STEPS}` },
      seed: { type: 'string', default: `${SEED}` },
      report: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const steps = wholeNumber(values.steps, '--steps');
  const seed = wholeNumber(values.seed, '--seed');
  const played = await playProgramme({ steps, seed, signal }, (line) => console.error(`  … ${line}`));
  const table = programmeTable(played);
  console.log(table);
  if (values.report !== undefined) await writeMeasured(values.report, MEASURED, table);
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ seed, played }, null, 2)}\n`);
  const failures = programmeFailures(played);
  for (const failure of failures) console.log(`✗ ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}
