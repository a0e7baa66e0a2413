import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { build } from 'vite';

const ROOT = join(import.meta.dirname, '../..');

let built: Promise<string> | undefined;

/** A directory with the app as it stands in the sources, built once for this test file (about a second). */
export function builtApp(): Promise<string> {
  built ??= (async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'nightlatch-web-'));
    await build({
      root: ROOT,
      configFile: join(ROOT, 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir, emptyOutDir: true },
    });
    return outDir;
  })();
  return built;
}
after(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true });
});
