import { readdir, readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';

/** A place in the sources where something is refused. */
export interface Guard {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly offset: number;
}

const packageUrl = new URL('../../', import.meta.url).href;
const sourceUrl = new URL('../../src/', import.meta.url);
const collectorUrl = new URL('./collected-tests.ts', import.meta.url).href;
const REFUSAL = /(?<!function )\brefuse\(|\bthrow new (?=Error|RangeError)/g;

/** Every refusal and every broken invariant in the package's sources. */
export async function allGuards(): Promise<Guard[]> {
  const names = (await readdir(sourceUrl)).filter((name) => /^[a-z-]+\.ts$/.test(name));
  const guards: Guard[] = [];
  for (const file of names.sort()) {
    const source = await readFile(new URL(file, sourceUrl), 'utf8');
    for (const match of source.matchAll(REFUSAL)) {
      const before = source.slice(0, match.index).split('\n');
      const text = source.split('\n')[before.length - 1]?.trim() ?? '';
      guards.push({ file, line: before.length, text, offset: match.index });
    }
  }
  return guards;
}

const guardOf = (url: string | undefined): string | null =>
  url?.startsWith(packageUrl) ? new URL(url).searchParams.get('without') : null;

let taken: Guard | null = null;

/**
 * From here on a module of this package that is imported with `?without=…` is a copy of its own, together with all that
 * it imports of the package, and in the copies the guard that `takeOut` named does nothing.
 */
export function installGuardHooks(): Disposable {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const without = guardOf(context.parentURL);
      if (without === null) return next(specifier, context);
      const found =
        specifier === 'node:test' ? { url: collectorUrl, shortCircuit: true } : next(specifier, context);
      return found.url.startsWith(packageUrl) ? { ...found, url: `${found.url}?without=${without}` } : found;
    },
    load(url, context, next) {
      const loaded = next(url, context);
      if (taken === null || guardOf(url) === null || !url.startsWith(new URL(taken.file, sourceUrl).href)) {
        return loaded;
      }
      const source = loaded.source?.toString() ?? '';
      const { offset } = taken;
      const spoilt = source.slice(offset).replace(/^refuse|^throw/, 'void ');
      return { ...loaded, source: source.slice(0, offset) + spoilt };
    },
  });
  return { [Symbol.dispose]: () => hooks.deregister() };
}

/** Whether some test of `testFiles` (beside the sources) fails without the guard; null takes none out. */
export async function failsWithout(guard: Guard | null, testFiles: readonly string[]): Promise<boolean> {
  taken = guard;
  for (const file of testFiles) {
    const query = `?without=${guard?.file ?? 'nothing'}-${guard?.offset ?? 0}-${file}`;
    try {
      await import(new URL(file, sourceUrl).href + query);
    } catch {
      return true;
    }
    const { someFails } = await import(collectorUrl + query);
    if (await someFails()) return true;
  }
  return false;
}
