import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { build, type Plugin } from 'vite';

const ROOT = join(import.meta.dirname, '../..');

const STRETCHING = 'iterations: 3, memory: 128 * 1024';
/** As cheap as Argon2id goes. */
const CHEAP_STRETCHING = 'iterations: 1, memory: 8';

/**
 * Makes stretching a passphrase cheap, in this build alone: 1.6 s each time in a browser, and forty times in one test
 * file. What is shipped has no part in it; the whole road signs up to that, at its full cost.
 */
const cheapStretching = (): Plugin => ({
  name: 'cheap-stretching',
  enforce: 'pre',
  transform(source, id) {
    if (id !== join(ROOT, 'src/account/stretching.ts')) return undefined;
    assert.ok(source.includes(STRETCHING), 'the costs of stretching stand where they stood');
    return source.replace(STRETCHING, CHEAP_STRETCHING);
  },
});

let built: Promise<string> | undefined;

/**
 * A directory with the app as it stands in the sources, but for the cost of stretching a passphrase; built once for this
 * test file (about a second).
 */
export function builtApp(): Promise<string> {
  built ??= (async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'nightlatch-web-'));
    await build({
      root: ROOT,
      configFile: join(ROOT, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir, emptyOutDir: true },
      worker: { plugins: () => [cheapStretching()] },
    });
    return outDir;
  })();
  return built;
}
after(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true });
});
