import { HOME_LOG_PAGE_ENTRIES } from '@nightlatch/protocol/homelog';
import type { Handler } from '../../handler.ts';

// Entries with many seals are large: a page ends early rather than grow past this.
const PAGE_CHARACTERS_MAX = 4 * 1024 * 1024;

export const handle: Handler<'home-log.read'> = async (
  { gate, egress, cached },
  { caller, params, query: { after } },
) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  if (after === -1) {
    const grant = await gate.homeLogHead(asked);
    const { hash, sequence } = grant.content.head;
    if (sequence < HOME_LOG_PAGE_ENTRIES) {
      const key = { account: asked.account, head: hash, sequence: `${sequence}` };
      const log = await cached.homeLog.get(asked.home, key);
      return pageOf(await egress.wholeHomeLog(grant, log ?? [], asked));
    }
  }
  const grant = await gate.homeLog({ ...asked, after, limit: HOME_LOG_PAGE_ENTRIES + 1 });
  return pageOf(await egress.homeLog(grant, asked));
};

/** The first entries, as many as make a page, and whether there are more. */
export function pageOf(entries: readonly string[]): { entries: string[]; more: boolean } {
  const page: string[] = [];
  let characters = 0;
  for (const entry of entries) {
    characters += entry.length;
    if (page.length === HOME_LOG_PAGE_ENTRIES || (page.length > 0 && characters > PAGE_CHARACTERS_MAX)) break;
    page.push(entry);
  }
  return { entries: page, more: page.length < entries.length };
}
