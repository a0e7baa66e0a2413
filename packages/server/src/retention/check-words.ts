import type { Checked, FindingKind } from './check.ts';

const WORDS: Record<FindingKind, { readonly what: string; readonly mended: string }> = {
  'half-deleted': {
    what: 'was deleted, and its files are still there',
    mended: 'the files are gone now',
  },
  'file-without-row': { what: 'is a file that the database does not know', mended: 'removed' },
  'leftover-part': { what: 'is a leftover beside a whole object', mended: 'removed' },
  'row-without-file': {
    what: 'is in the database, and the disk has less of it',
    mended: 'counts as not arrived; an agent that still has it sends it again',
  },
  'unknown-file': { what: 'is not ours; look at it and take it away yourself', mended: '' },
};

/** What the check found, as lines for a person. */
export function wordsOfCheck(checked: Checked, repair: boolean): string[] {
  const { homes, objects, files, counts, findings, unmended } = checked;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...findings.map(({ kind, where, mended }) => {
      const { what, mended: done } = WORDS[kind];
      return `  ${mended ? '✓' : '!'} ${where} ${what}${mended ? `: ${done}` : ''}`;
    }),
    ...(total > findings.length ? [`  … and ${total - findings.length} more`] : []),
    `Looked at ${homes} home${homes === 1 ? '' : 's'}, ${objects} objects in the database and ${files} files.`,
    total === 0
      ? 'Everything fits together.'
      : unmended === 0
        ? `${total} found and mended.`
        : repair
          ? `${total} found, ${unmended} of them not mended.`
          : `${total} found. "nightlatch operator check --repair" mends what it can.`,
  ];
}
