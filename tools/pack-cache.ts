// Makes packages/cache/dist: what `npm publish packages/cache/dist` sends. Node strips types everywhere but in node_modules.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const root = path.join(import.meta.dirname, '..');
const home = path.join(root, 'packages/cache');
const out = process.argv[2] ?? path.join(home, 'dist');

const Package = z.looseObject({ devDependencies: z.unknown(), private: z.unknown(), exports: z.unknown() });
rmSync(out, { recursive: true, force: true });
const compiler = path.join(root, 'node_modules/@typescript/native/bin/tsc');
const project = path.join(home, 'tsconfig.build.json');
const done = spawnSync(process.execPath, [compiler, '--project', project, '--outDir', out], {
  stdio: 'inherit',
});
if (done.status !== 0) process.exit(1);
const {
  devDependencies: _,
  private: __,
  ...published
} = Package.parse(JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')));
const exports = { './*': { types: './*.d.ts', default: './*.js' } };
writeFileSync(path.join(out, 'package.json'), `${JSON.stringify({ ...published, exports }, null, 2)}\n`);
for (const [from, name] of [
  [home, 'README.md'],
  [root, 'LICENSE'],
] as const)
  copyFileSync(path.join(from, name), path.join(out, name));
