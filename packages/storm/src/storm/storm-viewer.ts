import { EventsPage } from '@nightlatch/protocol/events';
import { HomeLogPage } from '@nightlatch/protocol/homelog';
import type { EventId, HomeId } from '@nightlatch/protocol/ids';
import { Retention } from '@nightlatch/protocol/retention';
import { openContentKey } from '@nightlatch/vault/content';
import { verifyManifest } from '@nightlatch/vault/manifest';
import { labelOf, openWhole } from '@nightlatch/vault/object';
import type { Asking } from './oracle.ts';
import { readNotices } from './read-notices.ts';
import { type LiveCamera, type StormWatch, watchLive } from './storm-watch.ts';
import type { Resident } from './town.ts';
import { readWatermark } from './watermark.ts';

const REQUEST_MILLISECONDS_MAX = 10_000;
const PAGE = 12;
const PAGE_MAX = 60;

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');

/** How a visit of the Events tab went. */
export interface Visit {
  /** Everything that belongs to the viewer came, and was whole. */
  readonly succeeded: boolean;
  /** What was refused or broken, in a word. */
  readonly trouble: string | null;
}

/** Somebody's app: it asks, verifies and opens as the web app does, by the same vault, and tells the oracle all that came. */
export function createStormViewer(
  resident: Resident,
  place: Omit<StormWatch, 'resident'> & { readonly signal: AbortSignal },
) {
  const { url, oracle, signal } = place;
  const { account, token, device, epochKey, camera } = resident;
  const own = resident.home;
  const asking = (): Asking => oracle.asking(account);
  const get = (path: string, until = AbortSignal.timeout(REQUEST_MILLISECONDS_MAX)): Promise<Response> =>
    fetch(new URL(path, url), {
      headers: { cookie: `nightlatch=${token}` },
      signal: AbortSignal.any([signal, until]),
    });
  const refusal = async (as: Asking, what: string, answer: Response): Promise<string> => {
    oracle.refused(as, new Uint8Array(await answer.arrayBuffer()));
    return `${what} ${answer.status}`;
  };

  async function listOf(home: HomeId, limit: number, before = ''): Promise<EventsPage | string> {
    const as = asking();
    const answer = await get(`/api/homes/${home}/events?limit=${limit}${before}`);
    if (!answer.ok) return refusal(as, 'list', answer);
    const page = EventsPage.parse(await answer.json());
    for (const { event } of page.events) oracle.listed(as, event);
    return page;
  }

  /** What the app reads of a home beside its events: null where it came. */
  async function householdOf(home: HomeId): Promise<string | null> {
    const as = asking();
    const log = await get(`/api/homes/${home}/log`);
    if (!log.ok) return refusal(as, 'log', log);
    for (const entry of HomeLogPage.parse(await log.json()).entries) oracle.logged(as, entry);
    const kept = await get(`/api/homes/${home}/retention`);
    if (!kept.ok) return refusal(as, 'retention', kept);
    const { bytes, cameras } = Retention.parse(await kept.json());
    oracle.counted(
      as,
      bytes,
      cameras.map((one) => one.bytes),
    );
    return null;
  }

  async function see(row: EventsPage['events'][number], home: HomeId): Promise<string | null> {
    const { event, objects } = row;
    const thumbnail = objects.find(({ kind }) => kind === 'thumbnail');
    if (thumbnail === undefined) return null;
    const as = asking();
    const answer = await get(`/api/homes/${home}/events/${event}/thumbnail/0`);
    if (!answer.ok) return refusal(as, 'thumbnail', answer);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    // What belongs to a home that came to this account later is sealed for the keys of who lived there before.
    if (!oracle.came(as, event, bytes) || home !== own) return null;
    try {
      const asked = { home: own, camera, event, kind: 'thumbnail' as const };
      const manifest = await verifyManifest(thumbnail.manifest, asked, device.publicKey);
      const contentKey = await openContentKey(manifest.sealedKey, { ...labelOf(manifest), epochKey });
      oracle.shown(as, readWatermark(await openWhole(manifest, bytes, contentKey)));
      return null;
    } catch (error) {
      return nameOf(error);
    }
  }

  return {
    account,
    firstHome: own,
    /** Opens the Events tab of a home, and looks at its settings. */
    async visit(home: HomeId): Promise<Visit> {
      try {
        const page = await listOf(home, PAGE);
        if (typeof page === 'string') return { succeeded: false, trouble: page };
        const troubles = await Promise.all([householdOf(home), ...page.events.map((row) => see(row, home))]);
        const trouble = troubles.find((one) => one !== null) ?? null;
        return { succeeded: trouble === null, trouble };
      } catch (error) {
        return { succeeded: false, trouble: nameOf(error) };
      }
    },
    /** Keeps the stream of a home open, until it breaks or is closed. */
    async listen(home: HomeId, until: AbortSignal): Promise<void> {
      const as = asking();
      try {
        const answer = await get(`/api/homes/${home}/stream`, until);
        if (!answer.ok || answer.body === null) return void (await refusal(as, 'stream', answer));
        for await (const notice of readNotices(answer.body))
          oracle.noticed(as, home, notice.kind === 'event' ? notice.event : null);
      } catch {
        // It broke, as connections do here, or the page was closed.
      }
    },
    /** Watches a camera, until the socket is closed or the page is. */
    watch: (at: LiveCamera, until: AbortSignal): Promise<void> =>
      watchLive({ ...place, resident }, at, AbortSignal.any([signal, until])),
    /** Every event of a home that the list has, page by page; null where a page does not come. */
    async everything(home: HomeId): Promise<ReadonlySet<EventId> | null> {
      const there = new Set<EventId>();
      let before = '';
      for (;;) {
        const page = await listOf(home, PAGE_MAX, before);
        if (typeof page === 'string') return null;
        for (const { event } of page.events) there.add(event);
        if (page.next === null) return there;
        before = `&before=${page.next}`;
      }
    },
  };
}
export type StormViewer = ReturnType<typeof createStormViewer>;
