import path from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { ROOT } from './commands.ts';
import { failure, type Outcome } from './outcome.ts';

export interface Files {
  readonly name: string;
  readonly files: readonly string[];
  /** How many files run at once. */
  readonly concurrency: number;
  readonly testMilliseconds: number;
  /** For all files together. */
  readonly sectionMilliseconds: number;
}

const SLOWEST = 10;

// What one process has compiled, TypeScript and all, the next one reads: 0.4 s and 0.2 s for a small file.
process.env.NODE_COMPILE_CACHE ??= path.join(ROOT, '.tmp/compiled');

/** Runs each file in a process of its own, shows every test, and counts. No test at all is a failure. */
export async function runFiles({
  name,
  files,
  concurrency,
  testMilliseconds,
  sectionMilliseconds,
}: Files): Promise<Outcome> {
  if (files.length === 0) return failure(`${name}: there is no test`);
  const failures: string[] = [];
  const empty: string[] = [];
  const times: { file: string; seconds: number }[] = [];
  let passed = 0;
  let failed = 0;
  const stream = run({
    files: [...files],
    concurrency,
    timeout: testMilliseconds,
    cwd: ROOT,
    // A file whose tests are over ends, whatever it left open; a file that hangs is ended with its section.
    execArgv: ['--test-force-exit'],
    signal: AbortSignal.timeout(sectionMilliseconds),
  });
  stream.on('test:pass', ({ name: test, file }) => {
    // Node counts a file that declares no test as one that passed, under its own path.
    if (file !== undefined && test === file) empty.push(path.relative(ROOT, file));
  });
  stream.on('test:fail', ({ name: test, file, details }) => {
    // A parent fails because of its children, which are told themselves.
    if (details.error.cause instanceof Error || !/subtests? failed/.test(String(details.error.message)))
      failures.push(`${file === undefined ? name : path.relative(ROOT, file)}: ${test}`);
  });
  stream.on('test:summary', ({ file, counts, duration_ms }) => {
    if (file !== undefined) {
      times.push({ file: path.relative(ROOT, file), seconds: duration_ms / 1000 });
      return;
    }
    passed = counts.passed;
    // A test that is passed over is not a test that passes.
    failed = counts.tests - counts.passed;
    if (counts.skipped + counts.todo > 0)
      failures.push(`${name}: ${counts.skipped + counts.todo} tests were passed over`);
  });
  for await (const shown of stream.compose(new spec())) process.stdout.write(shown);
  if (times.length > SLOWEST) {
    console.log(`\nThe ${SLOWEST} slowest files:`);
    const slowest = times.sort((one, other) => other.seconds - one.seconds).slice(0, SLOWEST);
    for (const { file, seconds } of slowest) console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
  }
  for (const file of empty) failures.push(`${file}: there is no test in it`);
  passed -= empty.length;
  failed += empty.length;
  if (passed + failed === 0) return failure(`${name}: no test was run`);
  return { passed, failed, failures };
}
