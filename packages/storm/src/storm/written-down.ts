import postgres from 'postgres';
import { z } from 'zod';

const Row = z.object({ key: z.string(), times: z.number() });

/** How often the ledger has each thumbnail for each account, by account and event with a space between. */
export async function writtenDown(ownerUrl: string): Promise<Map<string, number>> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    const rows = await sql`
      select account_id || ' ' || event_ids[1] as key, count(*)::int as times
      from deliveries where what = 'object' and kind = 'thumbnail' group by 1`;
    return new Map(rows.map((row) => Row.parse(row)).map(({ key, times }) => [key, times]));
  } finally {
    await sql.end();
  }
}
