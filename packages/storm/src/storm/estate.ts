import type { AccountId, HomeId } from '@nightlatch/protocol/ids';
import postgres from 'postgres';

/** Changes who has which home, straight in the database: each resolves when it is committed. @param url of its owner */
export function openEstate(url: string) {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  return {
    moveOut: async (account: AccountId, home: HomeId): Promise<void> => {
      await sql`
        update memberships set validity = tstzrange(lower(validity), now())
        where home_id = ${home} and account_id = ${account} and upper_inf(validity)`;
    },
    moveIn: async (account: AccountId, home: HomeId): Promise<void> => {
      await sql`insert into memberships (home_id, account_id, role) values (${home}, ${account}, 'owner')`;
    },
    close: (): Promise<void> => sql.end(),
  };
}
