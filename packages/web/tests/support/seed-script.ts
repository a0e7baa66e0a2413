import { fileURLToPath } from 'node:url';
import { build } from 'vite';

let made: Promise<string> | undefined;

async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      target: 'es2023',
      lib: {
        entry: fileURLToPath(new URL('./seed-entry.ts', import.meta.url)),
        formats: ['iife'],
        name: 'seeding',
        fileName: 'seed',
      },
    },
  });
  const chunks = (Array.isArray(output) ? output : []).flatMap(({ output: files }) =>
    files.flatMap((file) => (file.type === 'chunk' ? [file.code] : [])),
  );
  return chunks.join('\n');
}

/** A script that leaves a browser as a log-in leaves it, by `seeding.seed(master)`; made once for a test file. */
export function seedScript(): Promise<string> {
  made ??= bundle();
  return made;
}
