import assert from 'node:assert/strict';
import type { Egress } from '../../../server/src/egress/egress.ts';
import { composeMedia, type Media, type MediaParts } from '../../../server/src/media.ts';
import { type ObjectName, openObjectStore } from '../../../server/src/objects/store.ts';
import type { Statement } from '../../../server/src/sql/statement.ts';
import {
  type EventColumns,
  gateEvent,
  gateEvents,
  gateEventsOfCamera,
} from '../../../server/src/sql/statements/gate-events.ts';
import { gateHomeLog } from '../../../server/src/sql/statements/gate-home.ts';
import { gateObjects } from '../../../server/src/sql/statements/gate-objects.ts';
import { logUpTo } from '../../../server/src/sql/statements/home-log.ts';
import type { Outside } from '../../../server/src/wiring.ts';

/** The same statement with another text inside. */
function replaced<Row>(of: Statement<Row>, from: string, to: string): Statement<Row> {
  assert.ok(of.wrapped.includes(from), `${of.name} has this part`);
  return { ...of, wrapped: of.wrapped.replace(from, to) };
}

/** A cloud in which one wire is crossed, and the locks that would stop what comes of it are taken out. */
export type Wires = NonNullable<Outside['media']>;

/** No row is compared with the question; which home a row is of is left to the crossed statement. */
const unproven = () => true;

const rowAsItIs = ({
  eventHome,
  event,
  camera,
  sequence,
  startedAt,
  endedAt,
  objects,
  clip,
  favourite,
}: EventColumns) => ({
  ...{ home: eventHome, event, camera, sequence, startedAt, endedAt, objects, clip, favourite },
});

/** Lets rows out as they are: no label read, nothing written down. */
const carelessEgress: Pick<Egress, 'events' | 'event' | 'homeLog' | 'wholeHomeLog'> = {
  events: async (grant, _gaps, _deletions, _asked, count) => ({
    events: grant.content.events.slice(0, count).map(rowAsItIs),
    gaps: [],
    deleted: [],
  }),
  event: async (grant) => {
    const [row] = grant.content.events;
    assert.ok(row);
    return rowAsItIs(row);
  },
  homeLog: async (grant) => grant.content.entries.map(({ entry }) => entry),
  wholeHomeLog: async (_grant, entries) => entries,
};

const crossed =
  (parts: MediaParts): Wires =>
  async (foundation): Promise<Media> => {
    const media = await composeMedia(foundation, parts);
    return { ...media, egress: { ...media.egress, ...carelessEgress } };
  };

/** Every question for events is answered with the rows of the other home. */
export const foreignRows = crossed({
  gate: {
    sameKeys: unproven,
    statements: {
      event: replaced(
        gateEvent,
        'join events e on e.home_id = member.home and e.event_id = $4',
        'join events e on e.home_id <> member.home and $4::text is not null',
      ),
      events: replaced(gateEvents, 'where e.home_id = member.home and', 'where e.home_id <> member.home and'),
      eventsOfCamera: replaced(
        gateEventsOfCamera,
        'where e.home_id = member.home and e.camera_id = $4',
        'where e.home_id <> member.home and $4::text is not null',
      ),
    },
  },
});

const OWN_OBJECTS = 'from objects o where o.home_id = e.home_id and o.event_id = e.event_id';
const FOREIGN_OBJECTS = 'from objects o where o.home_id <> e.home_id';

/** The right rows, with the manifests of the other home's event in them. */
export const foreignManifests = crossed({
  gate: {
    statements: {
      event: replaced(gateEvent, OWN_OBJECTS, FOREIGN_OBJECTS),
      events: replaced(gateEvents, OWN_OBJECTS, FOREIGN_OBJECTS),
      eventsOfCamera: replaced(gateEventsOfCamera, OWN_OBJECTS, FOREIGN_OBJECTS),
    },
  },
});

const OWN_OBJECT = "where o.home_id = m.home_id and o.event_id = any (string_to_array(viewer.events, ','))";

/** The right rows; for the bytes of one kind of object those of the other home's, as a confused store would give. */
export const foreignBytes =
  (kind: 'thumbnail' | 'clip', theirs: () => ObjectName | undefined): Wires =>
  async (foundation) => {
    const { dataDirectory } = foundation.config;
    const objects = await openObjectStore({ directory: `${dataDirectory}/objects` });
    return composeMedia(foundation, {
      objects: { ...objects, open: (name) => objects.open((name.kind === kind && theirs()) || name) },
      egress: { sameLabel: () => true },
      gate: {
        sameKeys: unproven,
        statements: {
          objects: replaced(
            gateObjects,
            OWN_OBJECT,
            `where case when viewer.kind = '${kind}'
               then o.event_id = (select max(event_id) from objects where home_id <> m.home_id)
               else ${OWN_OBJECT.replace('where ', '')} end`,
          ),
        },
      },
    });
  };

/** The other home's log; or one's own with the entries at `sequences` out of the other home's; also where it is cached. */
export const foreignLog =
  (sequences: readonly number[] | 'all'): Wires =>
  async (foundation) => {
    const entries =
      sequences === 'all'
        ? 'l.home_id <> $1'
        : `(l.home_id = $1) = (l.sequence not in (${sequences.join(', ')}))`;
    const crossedLog = replaced(logUpTo, 'l.home_id = $1', entries);
    const wires = crossed({
      gate: {
        sameKeys: unproven,
        statements: {
          homeLog: replaced(
            gateHomeLog,
            'where l.home_id = member.home and',
            `where ${entries.replaceAll('$1', 'member.home')} and`,
          ),
        },
      },
    });
    const media = await wires(foundation);
    const get: typeof media.cached.homeLog.get = async (home, { account, sequence }) => {
      const rows = await foundation.database.ask({ account }, crossedLog, [home, Number(sequence)]);
      return rows.map(({ entry }) => entry);
    };
    return { ...media, cached: { ...media.cached, homeLog: { ...media.cached.homeLog, get } } };
  };
