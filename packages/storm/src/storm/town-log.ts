import { randomBytes } from 'node:crypto';
import { deriveAccountKeys, newMasterKey } from '@nightlatch/vault/account';
import { entryHash, signEntry } from '@nightlatch/vault/homelog';
import postgres from 'postgres';
import type { Resident } from './town.ts';

type Named = Pick<Resident, 'home' | 'account' | 'camera'>;

/** A log of so many entries, signed by a key of the home's own. Nobody here verifies it but for who made it. */
async function logOf({ home, account, camera }: Named, length: number): Promise<string[]> {
  const { signing, sealing } = await deriveAccountKeys(newMasterKey(randomBytes));
  const entries: string[] = [];
  for (let sequence = 0; sequence < length; sequence++) {
    const before = entries.at(-1);
    const previous = before === undefined ? null : await entryHash(before);
    const sealedName = randomBytes(90).toString('base64url');
    const keys = { signingKey: signing.publicKey, sealingKey: sealing.publicKey };
    const action =
      sequence === 0
        ? ({ kind: 'create-home', owner: account, ...keys } as const)
        : ({ kind: 'name-camera', camera, epoch: 1, sealedName } as const);
    entries.push(await signEntry({ home, sequence, previous, at: Date.now(), action }, signing.privateKey));
  }
  return entries;
}

/** Gives each home of a town a log. Answers them. @param url of the owner of the tables */
export async function fillLogs<One extends Named>(
  url: string,
  residents: readonly One[],
  length: number,
): Promise<Map<One['home'], readonly string[]>> {
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const logs = new Map<One['home'], readonly string[]>();
  for (const resident of residents) {
    const { home } = resident;
    const entries = await logOf(resident, length);
    const hashes = await Promise.all(entries.map(entryHash));
    await sql`insert into home_log (home_id, sequence, entry, entry_hash)
      select ${home}, place - 1, entry, hash
      from unnest(${`{${entries.join(',')}}`}::text[], ${`{${hashes.join(',')}}`}::text[])
        with ordinality as log (entry, hash, place)`;
    await sql`update homes set log_sequence = ${length - 1}, log_hash = ${hashes.at(-1) ?? ''}
      where home_id = ${home}`;
    logs.set(home, entries);
  }
  await sql.end();
  return logs;
}
