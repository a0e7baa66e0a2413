import { readdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { readCommandLine } from './command-line.ts';
import { type Figure, isSuite, type Suite } from './suite.ts';
import { tableOf } from './table.ts';

const SUITES = path.join(import.meta.dirname, 'suites');

async function suiteNames(): Promise<string[]> {
  const files = await readdir(SUITES).catch(() => []);
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

async function loadSuite(name: string): Promise<Suite> {
  const loaded: unknown = await import(path.join(SUITES, `${name}.ts`));
  const suite = typeof loaded === 'object' && loaded !== null && 'suite' in loaded ? loaded.suite : undefined;
  if (!isSuite(suite) || suite.name !== name)
    throw new Error(`suites/${name}.ts exports no suite of its name`);
  return suite;
}

/** What the figures were measured on. */
const machine = () => ({
  node: process.version,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
});

async function measure(suite: Suite, signal: AbortSignal): Promise<readonly Figure[]> {
  await using stack = new AsyncDisposableStack();
  return await suite.run({
    signal,
    say: (text) => process.stderr.write(`  … ${text}\n`),
    afterwards: (letGo) => stack.defer(letGo),
  });
}

async function run(): Promise<void> {
  const known = await suiteNames();
  const { suites, jsonFile } = readCommandLine(process.argv.slice(2), known);
  if (suites.length === 0) {
    console.log('npm run bench -- SUITE... [--json FILE]\n');
    for (const name of known) console.log(`  ${name.padEnd(14)}${(await loadSuite(name)).describe}`);
    return;
  }
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped by Ctrl-C')));
  const results: { suite: string; seconds: number; figures: readonly Figure[] }[] = [];
  for (const name of suites) {
    const suite = await loadSuite(name);
    console.log(`\n${suite.name}: ${suite.describe}`);
    const begun = performance.now();
    const figures = await measure(suite, stop.signal);
    results.push({ suite: name, seconds: (performance.now() - begun) / 1000, figures });
    for (const line of tableOf(figures)) console.log(line);
  }
  const unmet = results.flatMap(({ figures }) => figures).filter(({ goal }) => goal?.met === false);
  if (jsonFile !== undefined) {
    const report = { measuredAt: new Date().toISOString(), machine: machine(), suites: results };
    await writeFile(jsonFile, `${JSON.stringify(report, null, 2)}\n`);
    console.log(`\nwritten to ${jsonFile}`);
  }
  // A goal that is missed is a result, not a failure of the measuring.
  if (unmet.length > 0) console.log(`\n${unmet.length} goals are not met`);
}

try {
  await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
