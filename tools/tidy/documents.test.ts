import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { USAGE } from 'nightlatch/command-line';
import { z } from 'zod';
import { ROOT, read, trackedFiles } from './files.ts';

const documents = trackedFiles().filter((file) => file.endsWith('.md'));

/** Headings as the anchors that GitHub makes of them. */
const anchors = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const links = (text: string): string[] =>
  [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

test('every link of a document leads to a file, and to a heading in it', () => {
  const broken = documents.flatMap((file) =>
    links(read(file))
      .filter((target) => !/^(https?|mailto):/.test(target))
      .filter((target) => {
        const [place = '', anchor] = target.split('#');
        const to = place === '' ? file : path.join(path.dirname(file), place);
        if (!existsSync(path.join(ROOT, to))) return true;
        return anchor !== undefined && to.endsWith('.md') && !anchors(read(to)).includes(anchor);
      })
      .map((target) => `${file}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

const { scripts } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));
const OF_NPM = new Set(['ci', 'install', 'run', 'help']);

test('every npm command of the documents is a script', () => {
  const unknown = documents.flatMap((file) =>
    [...read(file).matchAll(/\bnpm (run (?:-s )?)?([a-z][a-z-]*)/g)]
      .filter(([, run, word = '']) =>
        run === undefined
          ? !OF_NPM.has(word) && !(word in scripts) && commandLike(file, `npm ${word}`)
          : !(word in scripts),
      )
      .map(([command]) => `${file}: ${command}`),
  );
  assert.deepEqual(unknown, []);
});

/** Prose says "the npm package"; a command stands in code. */
const commandLike = (file: string, command: string): boolean =>
  [...read(file).matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].some(([span]) => span.includes(command));

test('every nightlatch command and flag of the documents is in its help', () => {
  const unknown = documents.flatMap((file) =>
    [...read(file).matchAll(/npx nightlatch ([a-z]+)([^\n`]*)/g)].flatMap(([, command = '', rest = '']) => [
      ...(USAGE.includes(`nightlatch ${command}`) ? [] : [`${file}: nightlatch ${command}`]),
      ...[...rest.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag).filter((flag) => !USAGE.includes(flag)),
    ]),
  );
  assert.deepEqual(unknown, []);
});

test('every flag after npm start is in the help', () => {
  const unknown = documents.flatMap((file) =>
    [...read(file).matchAll(/npm start -- ([^\n`]*)/g)].flatMap(([, rest = '']) =>
      [...rest.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag).filter((flag) => !USAGE.includes(flag)),
    ),
  );
  assert.deepEqual(unknown, []);
});

test('decisions are dated, and say what was decided and why', () => {
  const notes = documents.filter((file) => file.startsWith('docs/decisions/'));
  assert.notEqual(notes.length, 0);
  for (const file of notes) {
    assert.match(path.basename(file), /^\d{4}-\d{2}-\d{2}-[a-z0-9-]+\.md$/);
    for (const part of ['## Decision', '## Why', '## What it costs'])
      assert.ok(read(file).includes(part), `${file} lacks "${part}"`);
  }
});
