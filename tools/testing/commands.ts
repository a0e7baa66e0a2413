import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { failure, type Outcome } from './outcome.ts';

export const ROOT = path.join(import.meta.dirname, '../..');
const bin = (file: string) => path.join(ROOT, 'node_modules', file);

interface Said {
  readonly code: number;
  readonly text: string;
}

/** Runs a command of Node's and answers what it says: several run at once, and each is shown whole. */
async function run(file: string, parameters: readonly string[]): Promise<Said> {
  const child = spawn(process.execPath, [bin(file), ...parameters], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  const [code] = await once(child, 'close');
  return { code: typeof code === 'number' ? code : 1, text };
}

const asOutcome = (name: string, { code, text }: Said): Outcome => ({
  ...(code === 0 ? { passed: 1, failed: 0, failures: [] } : failure(name)),
  said: text,
});

export async function lint(): Promise<Outcome> {
  const said = await run('@biomejs/biome/bin/biome', ['check', '--error-on-warnings', '.']);
  return asOutcome('lint', said);
}

export async function types(): Promise<Outcome> {
  const said = await run('@typescript/native/bin/tsc', ['--noEmit', '--project', 'tsconfig.json']);
  return asOutcome('types', said);
}

/**
 * Import directions. dependency-cruiser finds too few files without an error when its TypeScript is not one it knows, so
 * the number of modules it has seen is held against the sources that there are.
 */
export async function imports(): Promise<Outcome> {
  const said = await run('dependency-cruiser/bin/dependency-cruise.mjs', [
    'packages',
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
  ]);
  const seen = Number(/\((\d+) modules/.exec(said.text)?.[1] ?? 0);
  const sources = (await readdir(path.join(ROOT, 'packages'), { recursive: true })).filter(
    (file) => /\/src\/.*\.tsx?$/.test(file) && !file.includes('node_modules'),
  );
  if (said.code === 0 && seen < sources.length)
    return failure(`imports: only ${seen} modules were looked at, and there are ${sources.length} sources`);
  return asOutcome('imports', said);
}
