import type { DeletedSpan, EventRow, GapRow } from '@nightlatch/protocol/events';
import { HomeLogEntry } from '@nightlatch/protocol/homelog';
import { GapId } from '@nightlatch/protocol/ids';
import { GapStatement, Manifest } from '@nightlatch/protocol/manifest';
import { entryHash } from '@nightlatch/vault/homelog';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { z } from 'zod';
import type { AskedEvent, AskedHome } from '../gate/asked.ts';
import { homeKeys } from '../gate/asked.ts';
import type { DeletionsContent, EventsContent, GapsContent } from '../gate/events.ts';
import type { Grant } from '../gate/grant.ts';
import type { CamerasContent, HomeLogContent, HomeLogHeadContent, RetentionContent } from '../gate/home.ts';
import type { EventColumns } from '../sql/statements/gate-events.ts';
import type { RetentionColumns } from '../sql/statements/gate-retention.ts';
import type { Kept } from '../sql/statements/retention.ts';
import type { EgressParts } from './egress.ts';

const ManifestLabel = Manifest.pick({ home: true, camera: true, event: true, kind: true, revision: true });
const GapLabel = GapStatement.pick({ home: true, camera: true, gap: true });
const EntryLabel = HomeLogEntry.pick({ home: true, sequence: true });

/** Rows of a home on their way out: what the agent or the owner signed into each has to be of this home and thing. */
export function rowEgress({ ledger, take, refuse, sameLabel }: EgressParts) {
  /** What a signed text says of itself. Who signed it is for the viewer to verify; here it is a label. */
  const requireLabel = <Label extends object>(
    jws: string,
    label: z.ZodType<Label>,
    granted: object,
  ): void => {
    let said: Label | undefined;
    try {
      said = unverifiedPayload(jws, label);
    } catch {
      said = undefined;
    }
    if (said === undefined || !sameLabel(said, granted))
      throw refuse('a signed row says something else', granted);
  };

  const eventRow = (home: AskedHome['home'], columns: EventColumns): EventRow => {
    const { camera, event, sequence, startedAt, endedAt, objects, clip, favourite } = columns;
    for (const { kind, revision, manifest } of objects)
      requireLabel(manifest, ManifestLabel, { home, camera, event, kind, revision });
    return { home, camera, event, sequence, startedAt, endedAt, objects, clip, favourite };
  };

  return {
    /** A page of the first `count` events, and the gaps and what was deleted in its span. */
    events: async (
      grant: Grant<EventsContent>,
      gapsGrant: Grant<GapsContent>,
      deletionsGrant: Grant<DeletionsContent>,
      asked: AskedHome,
      count: number,
    ): Promise<{ events: EventRow[]; gaps: GapRow[]; deleted: DeletedSpan[] }> => {
      const keys = homeKeys(asked);
      const granted = take(grant, { what: 'events', ...keys }).events.slice(0, count);
      const events = granted.map((row) => eventRow(asked.home, row));
      const gaps = take(gapsGrant, { what: 'gaps', ...keys }).gaps.map(({ gap, camera, statement }) => {
        requireLabel(statement, GapLabel, { home: asked.home, camera, gap });
        return { gap: GapId.parse(gap), camera, statement };
      });
      const deleted = [...take(deletionsGrant, { what: 'deletions', ...keys }).deleted];
      await ledger.record({ ...keys, what: 'events', events: events.map((row) => row.event) });
      return { events, gaps, deleted };
    },

    event: async (grant: Grant<EventsContent>, asked: AskedEvent): Promise<EventRow> => {
      const keys = homeKeys(asked);
      const [columns] = take(grant, { what: 'event', ...keys }).events;
      if (columns?.event !== asked.event) throw refuse('the grant is of another event', asked);
      const row = eventRow(asked.home, columns);
      await ledger.record({ ...keys, what: 'event', events: [row.event] });
      return row;
    },

    cameras: async (grant: Grant<CamerasContent>, asked: AskedHome): Promise<CamerasContent['cameras']> => {
      const keys = homeKeys(asked);
      const { cameras } = take(grant, { what: 'cameras', ...keys });
      await ledger.record({ ...keys, what: 'cameras', events: [] });
      return cameras;
    },

    /** `kept`, from wherever it was counted, has to be of this home; undefined where the home has no event. */
    retention: async <Counted extends Pick<Kept, 'home'>>(
      grant: Grant<RetentionContent>,
      kept: Counted | undefined,
      asked: AskedHome,
    ): Promise<{ set: RetentionColumns; kept: Counted | undefined }> => {
      const keys = homeKeys(asked);
      const { retention } = take(grant, { what: 'retention', ...keys });
      if (kept !== undefined && !sameLabel({ home: kept.home }, { home: asked.home }))
        throw refuse('the counts are of another home', asked);
      await ledger.record({ ...keys, what: 'retention', events: [] });
      return { set: retention, kept };
    },

    homeLog: async (grant: Grant<HomeLogContent>, asked: AskedHome): Promise<string[]> => {
      const keys = homeKeys(asked);
      const { entries } = take(grant, { what: 'home-log', ...keys });
      for (const { sequence, entry } of entries)
        requireLabel(entry, EntryLabel, { home: asked.home, sequence });
      await ledger.record({ ...keys, what: 'home-log', events: [] });
      return entries.map(({ entry }) => entry);
    },

    /** The whole log, from wherever it was read: each entry in its place, and the last one the head that was granted. */
    wholeHomeLog: async (
      grant: Grant<HomeLogHeadContent>,
      entries: readonly string[],
      asked: AskedHome,
    ): Promise<readonly string[]> => {
      const keys = homeKeys(asked);
      const { head } = take(grant, { what: 'home-log-head', ...keys });
      for (const [sequence, entry] of entries.entries())
        requireLabel(entry, EntryLabel, { home: asked.home, sequence });
      const end = { sequence: entries.length - 1, hash: await entryHash(entries.at(-1) ?? '') };
      if (!sameLabel(end, head)) throw refuse('the log ends with another entry', asked);
      await ledger.record({ ...keys, what: 'home-log', events: [] });
      return entries;
    },
  };
}
