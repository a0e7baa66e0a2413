import { createBatcher } from '../gate/batcher.ts';
import { HOME_CHANNEL } from '../hub/hub.ts';
import type { Database } from '../sql/database.ts';
import { SqlError } from '../sql/failures.ts';
import { putNewEvents, readKnownEvents } from '../sql/statements/put-events.ts';
import type { SentEvent, Stored } from './sent-event.ts';

/** Answers what is stored once it is committed; undefined where the event has to be looked at by itself. */
export type EventStorage = (sent: SentEvent) => Promise<Stored | undefined>;

const keyOf = ({ home, event }: { home: string; event: string }): string => `${home}/${event}`;
type Events = ReadonlyMap<string, SentEvent>;

/** Events that come in the same moment, of whatever agents, are stored by one statement in one transaction. */
export function createEventStorage({ database }: { database: Pick<Database, 'ask'> }): EventStorage {
  /** The event that a row is of; the row has to say so by itself. */
  const ofRow = (row: { home: string; event: string; camera: string }, events: Events): SentEvent => {
    const sent = events.get(keyOf(row));
    if (sent === undefined || sent.says.camera !== row.camera)
      throw new Error('a row of stored events is of none that was sent');
    return sent;
  };

  const putNew = async (events: Events): Promise<Map<SentEvent, Stored>> => {
    const all = [...events.values()];
    const sources = new Map<string, { readonly place: number; readonly of: SentEvent }>();
    const sourceOf = all.map((of) => {
      const key = `${of.agent}/${of.home}/${of.deviceKey}/${of.says.camera}/${of.says.epoch}`;
      const source = sources.get(key) ?? { place: sources.size + 1, of };
      sources.set(key, source);
      return source.place;
    });
    const from = [...sources.values()].map(({ of }) => of);
    const objects = objectsOf(all);
    const rows = await database.ask({ agents: agentsOf(all) }, putNewEvents, [
      from.map(({ agent }) => agent),
      from.map(({ home }) => home),
      from.map(({ deviceKey }) => deviceKey),
      from.map(({ says }) => says.camera),
      from.map(({ says }) => says.epoch),
      sourceOf,
      all.map(({ event }) => event),
      all.map(({ says }) => says.sequence),
      all.map(({ says }) => says.previous),
      all.map(({ says }) => says.startedAt),
      all.map(({ endedAt }) => endedAt),
      ...placesOf(objects),
      objects.map(({ object }) => object.manifest.state),
      objects.map(({ object }) => object.jws),
      objects.map(({ object }) => object.bytes),
      HOME_CHANNEL,
    ]);
    const stored = new Map<SentEvent, Stored>();
    for (const row of rows) {
      const sent = ofRow(row, events);
      if (row.objects !== sent.objects.length || stored.has(sent))
        throw new Error('an event was not stored once with all its objects');
      stored.set(sent, asNew(sent));
    }
    return stored;
  };

  const readKnown = async (events: Events): Promise<Map<SentEvent, Stored>> => {
    const all = [...events.values()];
    const objects = objectsOf(all);
    const rows = await database.ask({ agents: agentsOf(all) }, readKnownEvents, [
      all.map(({ agent }) => agent),
      all.map(({ home }) => home),
      all.map(({ event }) => event),
      all.map((sent) => sent.objects.length),
      ...placesOf(objects),
      objects.map(({ object }) => object.jws),
    ]);
    return new Map(rows.map((row) => [ofRow(row, events), { event: row.event, objects: row.objects }]));
  };

  const storeAll = async (sent: readonly SentEvent[]): Promise<(Stored | undefined)[]> => {
    // Twice the same in one statement would be stored once, with the objects of both.
    const events = new Map<string, SentEvent>();
    for (const one of sent) if (!events.has(keyOf(one))) events.set(keyOf(one), one);
    try {
      const stored = await putNew(events);
      const others = new Map([...events].filter(([, one]) => !stored.has(one)));
      const known = others.size === 0 ? stored : await readKnown(others);
      return sent.map((one) => stored.get(one) ?? known.get(one));
    } catch (error) {
      // Something in one of them is not as the tables have it: by itself it fails alone.
      if (error instanceof SqlError) return sent.map(() => undefined);
      throw error;
    }
  };
  const { ask } = createBatcher<SentEvent, Stored>({
    answerAll: storeAll,
    // Those of one request wait for each other.
    together: (one, next) => one.agent === next.agent,
  });
  return ask;
}

const agentsOf = (all: readonly SentEvent[]) => [...new Set(all.map(({ agent }) => agent))];

const objectsOf = (all: readonly SentEvent[]) =>
  all.flatMap(({ objects }, index) => objects.map((object) => ({ place: index + 1, object })));

const placesOf = (objects: ReturnType<typeof objectsOf>) => [
  objects.map(({ place }) => place),
  objects.map(({ object }) => object.manifest.kind),
  objects.map(({ object }) => object.manifest.revision),
];

const asNew = ({ event, objects }: SentEvent): Stored => ({
  event,
  objects: objects.map(({ manifest: { kind, revision } }) => ({
    ...{ kind, revision, receivedBytes: 0, complete: false },
  })),
});
