import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { read, textFiles, trackedFiles } from './files.ts';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.boolean().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
      version: z.string().optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
});
const lock = Lock.parse(JSON.parse(read('package-lock.json'))).packages;

test('the lock file names no host: everybody installs from the registry of their own settings', () => {
  const hosts = Object.entries(lock).filter(
    ([, entry]) => entry.link !== true && entry.resolved !== undefined,
  );
  assert.deepEqual(hosts, []);
});

test('the lock file names the packages of every platform: npm ci refuses a lock that lacks one', () => {
  const names = Object.keys(lock);
  const lacking = Object.values(lock)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter(
      (name) => !names.some((key) => key === `node_modules/${name}` || key.endsWith(`/node_modules/${name}`)),
    );
  assert.deepEqual([...new Set(lacking)], []);
});

test('versions are exact in every package.json', () => {
  const Dependencies = z.record(z.string(), z.string()).default({});
  const Package = z.object({ dependencies: Dependencies, devDependencies: Dependencies });
  const loose = trackedFiles()
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const { dependencies, devDependencies } = Package.parse(JSON.parse(read(file)));
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => !/^(npm:.*@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`);
    });
  assert.deepEqual(loose, []);
});

test("no tracked file names a registry or a place on somebody's machine", () => {
  const machine = /(^|[\s"'`(=:])\/(home\/\w|Users\/\w|work\/|root\/\w)/m;
  const registry = /registry\.npmjs|registry\.yarnpkg|npm\.pkg\.github|artifactory|_authToken/;
  const found = textFiles().filter((file) => {
    if (file.startsWith('tools/tidy/')) return false;
    const text = read(file);
    return machine.test(text) || registry.test(text);
  });
  assert.deepEqual(found, []);
});

test('what is made or recorded is not in the repository', () => {
  const made = trackedFiles().filter((file) =>
    /(^|\/)(node_modules|dist|\.tmp)\/|^data\/|\.log$|(^|\/)\.env/.test(file),
  );
  assert.deepEqual(made, []);
});
