import { z } from 'zod';
import { statement } from '../statement.ts';

const Installation = z.object({ keys_fingerprint: z.string() });

export const readInstallation = statement({
  name: 'read-installation',
  text: 'select keys_fingerprint from installation',
  row: Installation,
});

export const addInstallation = statement({
  name: 'add-installation',
  text: `insert into installation (keys_fingerprint) values ($1) on conflict do nothing returning keys_fingerprint`,
  row: Installation,
});

export const isThere = statement({
  name: 'is-there',
  text: 'select true as there',
  row: z.object({ there: z.literal(true) }),
});
