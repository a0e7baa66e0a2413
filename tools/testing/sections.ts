import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { imports, lint, ROOT, types } from './commands.ts';
import { failure, type Outcome } from './outcome.ts';
import { testRequirements } from './requirements.ts';
import { runFiles } from './run-files.ts';

export interface Section {
  readonly name: string;
  readonly about: string;
  /** `only`: run no other test files than those whose path contains one of these. */
  readonly run: (only: readonly string[]) => Promise<Outcome>;
  /** Whether a test file belongs to this section; absent where it is a command. */
  readonly owns?: (file: string) => boolean;
  /** Begins to meet what it needs of the system. */
  readonly prepare?: () => void;
}

const UNIT_MILLISECONDS = 120_000;
const SERVICE_MILLISECONDS = 180_000;
const BROWSER_MILLISECONDS = 300_000;
const SECTION_MILLISECONDS = 900_000;

const isTidy = (file: string) => file.startsWith('tools/tidy/');
const isUnit = (file: string) =>
  /^packages\/[^/]+\/src\//.test(file) || (file.startsWith('tools/') && !isTidy(file));
const isBrowser = (file: string) =>
  /^(packages\/web\/tests|tests)\//.test(file) || /-in-(chromium|browser)\.test\.ts$/.test(file);
const isService = (file: string) => /^packages\/[^/]+\/tests\//.test(file) && !isBrowser(file);

/**
 * What takes longest, by parts of its path: it begins first, so that nothing is left to wait for alone at the end. What
 * works hard (storms) stands beside what waits (cameras).
 */
const LONGEST = [
  'whole-road',
  'web/tests/accounts',
  'byzantine-cache',
  'camera-event',
  'camera-failures',
  'crossed-database',
  'camera-crash',
  'nightlatch/tests/up',
  'feb16',
  'agent/tests/outage',
  'web/tests/real-crossings',
  'web/tests/live.test',
  'web/tests/real-cloud',
  'web/tests/events',
  'server/tests/guards',
  'cached',
  'batch-guards',
  'vault/tests/guards',
  'simulation.test',
  'crosscheck-nightlatch',
];

async function testFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ['tests', 'packages', 'tools']) {
    const files = await readdir(path.join(ROOT, folder), { recursive: true }).catch(() => []);
    for (const file of files.sort())
      if (file.endsWith('.test.ts') && !file.includes('node_modules')) found.push(`${folder}/${file}`);
  }
  const rank = (file: string): number => {
    const place = LONGEST.findIndex((part) => file.includes(part));
    return place < 0 ? LONGEST.length : place;
  };
  return found.sort((one, other) => rank(one) - rank(other));
}

interface Group {
  readonly name: string;
  readonly about: string;
  readonly owns: (file: string) => boolean;
  /** Files at once; the machine these figures are for has two cores. */
  readonly concurrency: number;
  readonly testMilliseconds: number;
  /** What it needs of the system; the answer says what is missing. */
  readonly needs?: () => Promise<string | undefined>;
}

const files = ({ name, about, owns, concurrency, testMilliseconds, needs }: Group): Section => ({
  name,
  about,
  owns,
  prepare: () => void needs?.(),
  run: async (only) => {
    const mine = (await testFiles()).filter(owns);
    const chosen = only.length === 0 ? mine : mine.filter((file) => only.some((part) => file.includes(part)));
    const lacking = await needs?.();
    if (lacking !== undefined) return failure(`${name}: ${lacking}`);
    return runFiles({
      name,
      files: chosen,
      concurrency,
      testMilliseconds,
      sectionMilliseconds: SECTION_MILLISECONDS,
    });
  },
});

/** In this order: what fails fastest stands first. */
export const SECTIONS: readonly Section[] = [
  { name: 'lint', about: 'Biome', run: lint },
  { name: 'types', about: 'TypeScript 7', run: types },
  { name: 'imports', about: 'import directions', run: imports },
  files({
    name: 'tidy',
    about: 'house rules',
    owns: isTidy,
    concurrency: 2,
    testMilliseconds: UNIT_MILLISECONDS,
  }),
  files({
    name: 'unit',
    about: 'beside the code',
    owns: isUnit,
    concurrency: 2,
    testMilliseconds: UNIT_MILLISECONDS,
  }),
  files({
    name: 'service',
    about: 'on a real PostgreSQL and Redis, real processes and a real RTSP server',
    owns: isService,
    // Real cameras wait more than they work.
    concurrency: 3,
    testMilliseconds: SERVICE_MILLISECONDS,
    needs: testRequirements,
  }),
  files({
    name: 'browser',
    about: "in Debian's Chromium",
    owns: isBrowser,
    concurrency: 2,
    testMilliseconds: BROWSER_MILLISECONDS,
    needs: testRequirements,
  }),
];

/** The sections that own a test file among those that the words name. */
export async function sectionsOf(words: readonly string[]): Promise<Section[]> {
  const named = (await testFiles()).filter((file) => words.some((word) => file.includes(word)));
  return SECTIONS.filter((section) => section.owns !== undefined && named.some(section.owns));
}
