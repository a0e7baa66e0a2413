import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeMeasured } from '../document.ts';
import { runSimulation, SIMULATION_USAGE } from '../simulation/command-line.ts';
import { ABLATIONS, ablationFailures, ablationTable } from './ablation.ts';
import { ALL_LOCKS, type Lock, parseLocks } from './locks.ts';
import { failuresOf, type StormResult } from './result.ts';
import { isScenario, type Scenario } from './scenario.ts';

const SCENARIOS = path.join(import.meta.dirname, 'scenarios');
const USAGE = [
  'npm run storm -- SCENARIO [--cameras N] [--seed N] [--length N] [--without LOCK[,LOCK]|all] [--json FILE]',
  'npm run storm -- SCENARIO --ablation FILE   with every lock, without each alone, without all: a table of Markdown',
  SIMULATION_USAGE,
].join('\n');
/** The section of the document that has the table of a scenario. */
const measured = (scenario: string): string => `## Measured: ${scenario}`;
const SEED = 20_240_216;

async function load(name: string): Promise<Scenario> {
  const loaded: unknown = await import(path.join(SCENARIOS, `${name}.ts`));
  const scenario =
    typeof loaded === 'object' && loaded !== null && 'scenario' in loaded ? loaded.scenario : undefined;
  if (!isScenario(scenario)) throw new Error(`scenarios/${name}.ts exports no scenario`);
  return scenario;
}

function wholeNumber(text: string | undefined, otherwise: number, what: string): number {
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${what} is a whole number above 0`);
  return number;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function print(result: StormResult): void {
  for (const [name, value] of Object.entries(result)) {
    const text = isNumber(value)
      ? value.toLocaleString('en-US', { maximumFractionDigits: 4 })
      : JSON.stringify(value);
    console.log(`  ${name.padEnd(22)}${text}`);
  }
}

async function ablate(
  runWithout: (without: readonly Lock[]) => Promise<StormResult>,
  file: string,
  scenario: string,
): Promise<void> {
  const results: StormResult[] = [];
  for (const without of ABLATIONS) results.push(await runWithout(without));
  await writeMeasured(file, measured(scenario), ablationTable(results));
  const failures = ablationFailures(results);
  for (const failure of failures) console.log(`✗ ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

async function run(): Promise<void> {
  const stop = new AbortController();
  // Each time: npm passes on what the terminal has sent already, and nothing may be left behind.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop.abort(new Error(`stopped by ${name}`)));
  const [first, ...others] = process.argv.slice(2);
  if (first === 'simulation') return runSimulation(others, stop.signal);
  const { values, positionals } = parseArgs({
    options: {
      cameras: { type: 'string' },
      seed: { type: 'string' },
      without: { type: 'string' },
      length: { type: 'string', default: '1' },
      ablation: { type: 'string' },
      json: { type: 'string' },
    },
    allowPositionals: true,
  });
  const known = (await readdir(SCENARIOS)).map((file) => file.replace(/\.ts$/, '')).sort();
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || !known.includes(name))
    throw new Error(`${USAGE}\n\nScenarios: ${known.join(', ')}\nLocks: ${ALL_LOCKS.join(', ')}`);
  const scenario = await load(name);
  const length = Number(values.length);
  if (!(length > 0)) throw new Error('--length is a number above 0');
  console.log(`${scenario.name}: ${scenario.describe}`);
  const runWithout = async (without: readonly Lock[]): Promise<StormResult> => {
    if (without.length > 0) console.log(`without: ${without.join(', ')}`);
    const result = await scenario.run({
      cameras: wholeNumber(values.cameras, scenario.cameras, '--cameras'),
      seed: wholeNumber(values.seed, SEED, '--seed'),
      ...{ without, length, signal: stop.signal },
      say: (line) => console.error(`  … ${line}`),
    });
    print(result);
    return result;
  };
  if (values.ablation !== undefined) return ablate(runWithout, values.ablation, scenario.name);
  const without = values.without === undefined ? [] : parseLocks(values.without);
  const result = await runWithout(without);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  const failures = failuresOf(result);
  for (const failure of failures) console.log(`✗ ${failure}`);
  // Without all locks a crossing has to be found: an oracle that sees none is blind.
  const isBlind = without.length === ALL_LOCKS.length && result.foreignDeliveries === 0;
  if (isBlind) console.log('✗ all locks are out, and no crossing was found');
  if (isBlind || (without.length < ALL_LOCKS.length && failures.length > 0)) process.exitCode = 1;
}

try {
  await run();
} catch (error) {
  const why = error instanceof Error && error.name === 'AbortError' ? (error.cause ?? error) : error;
  console.error(why instanceof Error ? why.message : why);
  process.exitCode = 1;
}
