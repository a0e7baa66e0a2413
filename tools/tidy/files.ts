import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

/** Every file that is, or is about to be, in the repository; paths from its root. */
export function trackedFiles(): string[] {
  const listed = execFileSync(
    'git',
    ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'],
    { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  return listed.split('\0').filter((file) => file !== '' && existsSync(path.join(ROOT, file)));
}

export const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const BINARY = /\.(png|jpe?g|webp|ico|mp4|h264|woff2|bin)$/;
export const textFiles = (): string[] => trackedFiles().filter((file) => !BINARY.test(file));
export const sources = (): string[] =>
  trackedFiles().filter((file) => /^(packages|tools|tests)\/.*\.(ts|tsx)$/.test(file));
export const productSources = (): string[] =>
  sources().filter((file) => /^packages\/[^/]+\/src\//.test(file) && !/\.test\.tsx?$/.test(file));
