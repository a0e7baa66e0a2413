import { z } from 'zod';

/** The locks that the harness can compose the cloud without. Production has no setting for any of them. */
export const LOCKS = {
  'reply-proof': 'every reply of the database proves which question it answers',
  gate: 'the statement that fetches also checks, and the rows that come back are compared with the question',
  'row-security': 'row-level security under a role that does not own the tables',
  egress: 'what leaves is compared with what was granted, by its own label',
  'cache-proof': 'every reply of the cache repeats its question',
  'cache-envelope': 'what the cache has is sealed for the key where it stands',
} as const;

export const Lock = z.enum([
  'reply-proof',
  'gate',
  'row-security',
  'egress',
  'cache-proof',
  'cache-envelope',
]);
export type Lock = z.infer<typeof Lock>;
export const ALL_LOCKS: readonly Lock[] = Lock.options;
export const CACHE_LOCKS: readonly Lock[] = ['cache-proof', 'cache-envelope'];

/** `LOCK,LOCK`, or `all`. @throws Error with a sentence */
export function parseLocks(text: string): readonly Lock[] {
  if (text === 'all') return ALL_LOCKS;
  return text.split(',').map((name) => {
    const lock = Lock.safeParse(name);
    if (!lock.success)
      throw new Error(`There is no lock "${name}". There are: ${ALL_LOCKS.join(', ')}, all.`);
    return lock.data;
  });
}
