#!/usr/bin/env node
// Plain JavaScript for any Node: it only looks for the Node 24 that `npm ci` brought, and hands over to it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR = 24;
const here = path.dirname(fileURLToPath(import.meta.url));
const main = path.join(here, '../src/main.ts');

/** The first `node_modules/node/bin/node` beside or above this package; undefined where there is none. */
function broughtNode() {
  for (let folder = here; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'node_modules/node/bin/node');
    if (existsSync(candidate)) return candidate;
    if (path.dirname(folder) === folder) return undefined;
  }
}

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR) {
  await import(main);
} else {
  const node = broughtNode();
  if (node === undefined) {
    console.error(
      `Nightlatch needs Node ${NODE_MAJOR}; this is Node ${process.versions.node}, and the one that comes with Nightlatch is ` +
        'missing. Nothing was started. Run "npm ci" in the folder of Nightlatch (without --ignore-scripts), then try again.',
    );
    process.exit(1);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The child gets the terminal's signals itself; these are for signals sent to this process alone.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => {
      child.kill(signal);
    });
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 1;
    process.exit();
  });
}
