import type { Manifest } from '@nightlatch/protocol/manifest';

/** What a manifest says once and for all. */
const FIXED = [
  'home',
  'camera',
  'event',
  'kind',
  'revision',
  'epoch',
  'sequence',
  'previous',
  'startedAt',
  'sealedKey',
  'headerHash',
  'headerBytes',
] as const;

const isPrefix = (shorter: Manifest['chunks'], longer: Manifest['chunks']): boolean =>
  shorter.length <= longer.length &&
  shorter.every((chunk, index) => {
    const other = longer[index];
    return other !== undefined && chunk.every((part, place) => part === other[place]);
  });

/**
 * What a manifest that arrives does to the stored one: a manifest may only grow. `renews` when it says more, `known`
 * when it says the same or less of the same (it was sent again, or overtaken), `contradicts` otherwise.
 */
export function compareManifests(stored: Manifest, arrived: Manifest): 'renews' | 'known' | 'contradicts' {
  if (FIXED.some((field) => stored[field] !== arrived[field])) return 'contradicts';
  if (stored.endedAt !== null && arrived.endedAt !== null && stored.endedAt !== arrived.endedAt)
    return 'contradicts';
  if (arrived.state === 'growing') {
    if (isPrefix(arrived.chunks, stored.chunks)) return 'known';
    return stored.state === 'growing' && isPrefix(stored.chunks, arrived.chunks) ? 'renews' : 'contradicts';
  }
  if (!isPrefix(stored.chunks, arrived.chunks)) return 'contradicts';
  if (stored.state === 'growing') return 'renews';
  return stored.state === arrived.state && stored.chunks.length === arrived.chunks.length
    ? 'known'
    : 'contradicts';
}
