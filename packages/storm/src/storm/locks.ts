import { z } from 'zod';

/** The locks that the harness can compose the cloud without. Production has no setting for any of them. */
export const LOCKS = {
  'reply-proof': 'every reply of the database proves which question it answers',
  gate: 'the statement that fetches also checks, and the rows that come back are compared with the question',
  'row-security': 'row-level security under a role that does not own the tables',
  egress: 'what leaves is compared with what was granted, by its own label',
} as const;

export const Lock = z.enum(['reply-proof', 'gate', 'row-security', 'egress']);
export type Lock = z.infer<typeof Lock>;
export const ALL_LOCKS: readonly Lock[] = Lock.options;

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
