// The test command: `npm test` runs every section; `npm test -- unit browser` some; `npm test -- gate` the test files
// whose path contains the word.
import { endDescendants } from './testing/descendants.ts';
import { type Outcome, sum } from './testing/outcome.ts';
import { SECTIONS, type Section, sectionsOf } from './testing/sections.ts';

const words = process.argv.slice(2);
const named = SECTIONS.filter((section) => words.includes(section.name));
const only = words.filter((word) => !SECTIONS.some((section) => section.name === word));
const chosen = named.length > 0 ? named : only.length > 0 ? await sectionsOf(only) : SECTIONS;
if (chosen.length === 0) {
  console.error(`There is no section and no test file called "${words.join(' ')}".`);
  console.error(`Sections: ${SECTIONS.map((section) => section.name).join(', ')}`);
  process.exit(1);
}

// What a stopped section answers is no result: nothing goes on until all that it had started has ended.
let stopped: Promise<never> | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    stopped ??= endDescendants().then(() => process.exit(130));
  });

interface Result {
  readonly name: string;
  readonly outcome: Outcome;
  readonly seconds: number;
}

async function run(section: Section): Promise<Result> {
  const begun = performance.now();
  const outcome = await section.run(only);
  return { name: section.name, outcome, seconds: (performance.now() - begun) / 1000 };
}

// What has to be installed comes while the first sections run; and no command has work for two processors.
for (const section of chosen) section.prepare?.();
const commands = new Map(
  chosen.filter(({ owns }) => owns === undefined).map((section) => [section, run(section)]),
);
const results: Result[] = [];
for (const section of chosen) {
  console.log(
    `\n── ${section.name}: ${section.about} ${'─'.repeat(Math.max(3, 60 - section.name.length - section.about.length))}\n`,
  );
  const result = await (commands.get(section) ?? run(section));
  await stopped;
  if (result.outcome.said !== undefined) console.log(result.outcome.said);
  results.push(result);
}

console.log(`\n── result ${'─'.repeat(56)}\n`);
for (const { name, outcome, seconds } of results) {
  const count = `${outcome.passed} passed${outcome.failed > 0 ? `, ${outcome.failed} FAILED` : ''}`;
  console.log(
    `${outcome.failed > 0 ? '✗' : '✓'} ${name.padEnd(10)} ${count.padEnd(28)} ${seconds.toFixed(1)} s`,
  );
}
const all = sum(results.map((result) => result.outcome));
for (const failed of all.failures) console.log(`  ✗ ${failed}`);
console.log(`\n${all.passed} passed, ${all.failed} failed`);
process.exit(all.failed > 0 || all.passed === 0 ? 1 : 0);
