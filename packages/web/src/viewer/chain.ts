import type { DeletedSpan } from '@nightlatch/protocol/events';
import type { CameraId, EventId } from '@nightlatch/protocol/ids';
import type { GapStatement } from '@nightlatch/protocol/manifest';
import type { SeenEvent } from './seen-event.ts';

/** What the chain of a camera's events says between two of them. */
export interface ChainNotice {
  /** The event that it stands beside in the list, newest first. */
  readonly beside: EventId;
  readonly side: 'above' | 'below';
  readonly camera: CameraId;
  readonly kind: 'missing' | 'lost' | 'deleted' | 'broken';
  /** How many events; 0 for `broken`. */
  readonly count: number;
  readonly reason: GapStatement['reason'] | DeletedSpan['reason'] | null;
}

type Link = {
  readonly from: number;
  readonly to: number;
  readonly event?: SeenEvent;
  readonly gap?: GapStatement;
  readonly deleted?: DeletedSpan;
};

/**
 * Holds the events of each camera against their numbers and against the hashes that they name. A hole without a
 * signed statement is `missing` (it may be on its way yet), one with it is `lost`, one that the home's own setting made
 * is `deleted`, and an event that does not name the one before it is `broken`. `arriving` counts rows that have a place
 * but nothing signed yet. Nobody signs what was deleted: a span that says so of an event that is there is not heeded, so
 * that it cannot stand between two events and hide that they do not fit.
 */
export function chainNotices(
  events: readonly SeenEvent[],
  gaps: readonly GapStatement[],
  arriving: ReadonlyMap<CameraId, number>,
  deleted: readonly DeletedSpan[] = [],
): ChainNotice[] {
  const cameras = new Map<CameraId, Link[]>();
  const linksOf = (camera: CameraId) => {
    const links = cameras.get(camera) ?? [];
    cameras.set(camera, links);
    return links;
  };
  for (const event of events)
    linksOf(event.camera).push({ from: event.facts.sequence, to: event.facts.sequence, event });
  for (const gap of gaps) linksOf(gap.camera).push({ from: gap.fromSequence, to: gap.toSequence, gap });
  for (const span of deleted) {
    const { camera, fromSequence: from, toSequence: to } = span;
    const links = linksOf(camera);
    if (!links.some((link) => link.from <= to && from <= link.to)) links.push({ from, to, deleted: span });
  }
  return [...cameras].flatMap(([camera, links]) => ofOneCamera(camera, links, arriving.get(camera) ?? 0));
}

function ofOneCamera(camera: CameraId, links: Link[], arriving: number): ChainNotice[] {
  links.sort((a, b) => b.from - a.from);
  const notices: ChainNotice[] = [];
  let expected = arriving;
  let newer: Link | null = null;
  let above: SeenEvent | null = null;
  for (const [at, link] of links.entries()) {
    const place = () => {
      if (above !== null) return { beside: above.event, side: 'below' } as const;
      const below = links.slice(at).find((other) => other.event !== undefined)?.event;
      return below === undefined ? null : ({ beside: below.event, side: 'above' } as const);
    };
    const say = (kind: ChainNotice['kind'], count: number, reason: ChainNotice['reason']) => {
      const where = place();
      if (where !== null) notices.push({ ...where, camera, kind, count, reason });
    };
    if (newer !== null) {
      const hole: number = newer.from - link.to - 1;
      const missing = Math.max(0, hole - expected);
      if (hole > 0) expected = Math.max(0, expected - hole);
      if (missing > 0) say('missing', missing, null);
      const areEvents = newer.event !== undefined && link.event !== undefined;
      // Two events under one number: a chain was signed twice, as by an agent that was set back to an old copy.
      const broken = hole < 0 || (hole === 0 && newer.event?.facts.previous !== link.event?.hash);
      if (areEvents && broken) say('broken', 0, null);
    }
    if (link.deleted !== undefined) say('deleted', link.to - link.from + 1, link.deleted.reason);
    if (link.gap !== undefined) say('lost', link.to - link.from + 1, link.gap.reason);
    above = link.event ?? above;
    newer = link;
  }
  return notices;
}

const WHY: Record<GapStatement['reason'] | DeletedSpan['reason'], string> = {
  days: 'older than you keep them',
  bytes: 'there was no more room in what you keep',
  'spool-full': 'the room for unsent events at home was full',
  'disk-full': 'the disk at home was full',
  'spool-damaged': 'the disk at home had damaged them',
};

export function wordsOfNotice(notice: ChainNotice): string {
  const events = notice.count === 1 ? '1 event' : `${notice.count} events`;
  if (notice.kind === 'lost') return `${events} lost: ${WHY[notice.reason ?? 'disk-full']}`;
  if (notice.kind === 'deleted') return `${events} deleted by your setting: ${WHY[notice.reason ?? 'days']}`;
  if (notice.kind === 'missing') return `${events} ${notice.count === 1 ? 'is' : 'are'} missing here`;
  return 'What was recorded before this does not match what the camera signed';
}
