/** Who asks in a batch, as the rows of their session and their membership say. */
export interface GateViewer {
  /** Which viewer of the batch, from 1. */
  readonly place: number;
  /** Which batch, in its own words. */
  readonly batch: string;
  readonly session: string;
  readonly account: string;
  readonly memberAccount: string;
  readonly memberHome: string;
}

/** The first cells of each line; `$1` is a text that no other batch has. `readViewer` reads them in this order. */
export const VIEWER_CELLS = 'viewer.place, $1::text, s.session_id, s.account_id, m.account_id, m.home_id';

/** Those of the viewers (session, account, home) who have a live session and are members, as of now; see `gate-objects` for the form. */
export const LIVE_VIEWERS = `
cross join lateral (
  select s.session_id, s.account_id from sessions s
  where s.session_id = viewer.session and s.account_id = viewer.account
    and s.kind = 'full' and s.ended_at is null and s.expires_at > now() offset 0) s
cross join lateral (
  select m.account_id, m.home_id from memberships m
  where m.home_id = viewer.home and m.account_id = s.account_id and m.validity @> now() offset 0) m`;

/** The viewer of a line, and its other cells. Throws for what is no line. */
export function readViewer(line: string): { readonly viewer: GateViewer; readonly more: string[] } {
  const [place = '', batch, session, account, memberAccount, memberHome, ...more] = line.split(' ');
  if (
    !/^\d+$/.test(place) ||
    batch === undefined ||
    session === undefined ||
    account === undefined ||
    memberAccount === undefined ||
    memberHome === undefined
  )
    throw new TypeError('a line of a batch cannot be read');
  return { viewer: { place: Number(place), batch, session, account, memberAccount, memberHome }, more };
}

/** A line for each viewer, in one row: rows and columns of a batch cost the client as much as their content. */
export const linesOf =
  <Line>(read: (line: string) => Line) =>
  ({ lines }: { readonly lines?: unknown }): readonly Line[] => {
    if (lines === null) return [];
    if (typeof lines !== 'string') throw new TypeError('the lines of a batch are not a text');
    return lines.split('\n').map(read);
  };
