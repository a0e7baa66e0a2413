import { EventsPage } from '@nightlatch/protocol/events';
import type { EventId, HomeId } from '@nightlatch/protocol/ids';
import { openContentKey } from '@nightlatch/vault/content';
import { verifyManifest } from '@nightlatch/vault/manifest';
import { labelOf, openWhole } from '@nightlatch/vault/object';
import type { Oracle } from './oracle.ts';
import type { Resident } from './town.ts';
import { readWatermark } from './watermark.ts';

const REQUEST_MILLISECONDS_MAX = 10_000;
const PAGE = 12;

/** How a visit of the Events tab went. */
export interface Visit {
  /** Everything that belongs to the viewer came, and was whole. */
  readonly succeeded: boolean;
  /** What was refused or broken, in a word. */
  readonly trouble: string | null;
}

/** Somebody's app: it asks, verifies and opens as the web app does, by the same vault, and tells the oracle all that came. */
export function createStormViewer(resident: Resident, { url, oracle }: { url: string; oracle: Oracle }) {
  const { account, token, device, epochKey } = resident;
  const own = resident.home;
  const get = (path: string): Promise<Response> =>
    fetch(new URL(path, url), {
      headers: { cookie: `nightlatch=${token}` },
      signal: AbortSignal.timeout(REQUEST_MILLISECONDS_MAX),
    });

  async function listOf(home: HomeId): Promise<EventsPage | string> {
    const answer = await get(`/api/homes/${home}/events?limit=${PAGE}`);
    if (!answer.ok) {
      await answer.arrayBuffer();
      return `list ${answer.status}`;
    }
    const page = EventsPage.parse(await answer.json());
    for (const { event } of page.events) oracle.listed(own, event);
    return page;
  }

  async function see(row: EventsPage['events'][number], home: HomeId): Promise<string | null> {
    const { event, objects } = row;
    const thumbnail = objects.find(({ kind }) => kind === 'thumbnail');
    if (thumbnail === undefined) return null;
    const answer = await get(`/api/homes/${home}/events/${event}/thumbnail/0`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok) return `thumbnail ${answer.status}`;
    oracle.came(own, bytes);
    try {
      const asked = { home: own, camera: resident.camera, event, kind: 'thumbnail' as const };
      const manifest = await verifyManifest(thumbnail.manifest, asked, device.publicKey);
      const contentKey = await openContentKey(manifest.sealedKey, { ...labelOf(manifest), epochKey });
      oracle.shown(own, readWatermark(await openWhole(manifest, bytes, contentKey)));
      return null;
    } catch (error) {
      return error instanceof Error ? error.name : 'unknown';
    }
  }

  return {
    account,
    home: own,
    /** Opens the Events tab of a home that the app believes to be its own. */
    async visit(home: HomeId = own): Promise<Visit> {
      try {
        const page = await listOf(home);
        if (typeof page === 'string') return { succeeded: false, trouble: page };
        const troubles = await Promise.all(page.events.map((row) => see(row, home)));
        const trouble = troubles.find((one) => one !== null) ?? null;
        return { succeeded: trouble === null, trouble };
      } catch (error) {
        return { succeeded: false, trouble: error instanceof Error ? error.name : 'unknown' };
      }
    },
    /** Every event of the home that the list has, page by page; null where a page does not come. */
    async everything(): Promise<ReadonlySet<EventId> | null> {
      const seen = new Set<EventId>();
      let before = '';
      for (;;) {
        const answer = await get(`/api/homes/${own}/events?limit=60${before}`);
        if (!answer.ok) return null;
        const page = EventsPage.parse(await answer.json());
        for (const { event } of page.events) {
          oracle.listed(own, event);
          seen.add(event);
        }
        if (page.next === null) return seen;
        before = `&before=${page.next}`;
      }
    },
  };
}
export type StormViewer = ReturnType<typeof createStormViewer>;
