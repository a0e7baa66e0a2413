import assert from 'node:assert/strict';
import { EVENTS_PUT_MAX, EventStored, EventsStored } from '@nightlatch/protocol/agents';
import { fillTown, type Resident } from '../../storm/town.ts';
import { type AgentRequests, agentRequests } from '../ground/agent-requests.ts';
import { bareEvents } from '../ground/bare-events.ts';
import { startCloud } from '../ground/cloud-process.ts';
import { startDatabase } from '../ground/database.ts';
import { part } from '../ground/part.ts';
import { freePort } from '../ground/ports.ts';
import { cpuSecondsOfProcess, cpuSecondsOfTree } from '../ground/process-cpu.ts';
import { quantile } from '../ground/quantile.ts';
import { sealedThumbnail, sendThumbnail } from '../ground/sealed-thumbnails.ts';
import { batchOf, METADATA_ONLY, type SignedEvent, signedEvent } from '../ground/signed-events.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const CAMERAS = [250, 1000, 2000, 8000];
/** As many for each number of cameras, so that all tables are of one size. */
const EVENTS = 8_192;
const EVENTS_ONE_BY_ONE = 1_024;
const IN_FLIGHT = [4, 8, 16];
const WARM_UP_BATCHES = 32;
const METADATA = 'metadata only';
const GOAL_PER_SECOND = 20_000;
const GOAL_P99_MILLISECONDS = 100;
const GOAL_EXPONENT = 1.05;

interface Round {
  readonly name: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of processor for an event: the cloud's process, and PostgreSQL with all its processes. */
  readonly cloud: number;
  readonly postgres: number;
}

interface Meters {
  readonly cloud: () => Promise<number>;
  readonly postgres: () => Promise<number>;
}

/** Sends all of `jobs`, so many at a time; each is answered after its commit. A closed loop. */
async function measure(
  name: string,
  jobs: readonly { readonly events: number; readonly send: () => Promise<void> }[],
  inFlight: number,
  meters: Meters,
): Promise<Round> {
  const latencies: number[] = [];
  const waiting = jobs.values();
  const [cloudBefore, postgresBefore] = [await meters.cloud(), await meters.postgres()];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const { send } of waiting) {
        const sentAt = performance.now();
        await send();
        latencies.push(performance.now() - sentAt);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const events = jobs.reduce((sum, job) => sum + job.events, 0);
  return {
    name,
    perSecond: events / seconds,
    ...{ p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) },
    cloud: (((await meters.cloud()) - cloudBefore) * 1e6) / events,
    postgres: (((await meters.postgres()) - postgresBefore) * 1e6) / events,
  };
}

/** Makes so many events of agents in turns, each with `each` of them in a row. */
async function sign<Event = SignedEvent>(
  residents: readonly Resident[],
  count: number,
  each: number,
  make: (of: Resident) => Promise<Event>,
): Promise<Event[][]> {
  const batches: Event[][] = [];
  for (let batch = 0; batch * each < count; batch++) {
    const of = residents[batch % residents.length];
    assert.ok(of);
    batches.push(await Promise.all(Array.from({ length: each }, () => make(of))));
  }
  return batches;
}

const sendBatch = (requests: AgentRequests, of: Resident, body: Buffer, events: number) => async () => {
  const told = EventsStored.parse(JSON.parse(await requests.send(of, 'POST', '/api/agent/events', body)));
  assert.equal(told.events.filter((one) => 'objects' in one).length, events);
};

async function batchJobs(requests: AgentRequests, batches: readonly (readonly SignedEvent[])[]) {
  return Promise.all(
    batches.map(async (events) => {
      const [first] = events;
      assert.ok(first);
      return {
        events: events.length,
        send: sendBatch(requests, first.of, await batchOf(events), events.length),
      };
    }),
  );
}

const singleJobs = (requests: AgentRequests, events: readonly SignedEvent[]) =>
  events.map(({ of, event, manifests }) => ({
    events: 1,
    send: async () => {
      const body = Buffer.from(JSON.stringify({ manifests }));
      const told = await requests.send(of, 'PUT', `/api/agent/events/${event}`, body);
      assert.equal(EventStored.parse(JSON.parse(told)).event, event);
    },
  }));

/** A cloud of its own with so many cameras, each of an agent and a home of its own. */
async function ofFleet(context: BenchContext, cameras: number, isLargest: boolean): Promise<Round[]> {
  const { say } = context;
  say(`${cameras} cameras: a PostgreSQL, the cloud, and ${EVENTS} signed events for each round`);
  const databaseUrl = await startDatabase(context);
  const residents = await fillTown(databaseUrl, cameras);
  const port = await freePort();
  const cloudProcessId = await startCloud(context, {
    databaseUrl,
    port,
    publicUrl: `http://localhost:${port}`,
  });
  const requests = agentRequests(port, 64);
  context.afterwards(() => requests.close());
  const bare = await bareEvents(databaseUrl, 4);
  context.afterwards(() => bare[Symbol.asyncDispose]());
  const meters: Meters = {
    cloud: () => cpuSecondsOfProcess(cloudProcessId),
    postgres: () => cpuSecondsOfTree(bare.serverProcessId),
  };
  const nobody = { ...meters, cloud: async () => 0 };
  const batched = async (inFlight: number, each: number, count = EVENTS) => {
    const jobs = await batchJobs(requests, await sign(residents, count, each, signedEvent));
    const name = `${cameras} cameras, ${each} events a request, ${inFlight} requests in flight`;
    return measure(name, jobs, inFlight, meters);
  };
  const metadataOf = (of: Resident) => signedEvent(of, METADATA_ONLY);
  await batched(8, EVENTS_PUT_MAX, WARM_UP_BATCHES * EVENTS_PUT_MAX);
  const rounds = [];
  for (const inFlight of isLargest ? IN_FLIGHT : [8]) rounds.push(await batched(inFlight, EVENTS_PUT_MAX));
  if (!isLargest) return rounds;

  say('the same, of events that have metadata and nothing else');
  for (const inFlight of IN_FLIGHT) {
    const jobs = await batchJobs(requests, await sign(residents, EVENTS, EVENTS_PUT_MAX, metadataOf));
    const name = `${METADATA}, ${EVENTS_PUT_MAX} events a request, ${inFlight} requests in flight`;
    rounds.push(await measure(name, jobs, inFlight, meters));
  }
  say('a few events a request, of many agents at once; then one by one, each in a transaction of its own');
  rounds.push(await batched(32, 4), await batched(64, 1, 4 * EVENTS_ONE_BY_ONE));
  const singles = (await sign(residents, EVENTS_ONE_BY_ONE, 1, signedEvent)).flat();
  rounds.push(
    await measure('one by one, by put-event, 16 in flight', singleJobs(requests, singles), 16, meters),
  );

  say('thumbnails of 20 KB, each in one request');
  const thumbnails = await sign(residents, EVENTS_ONE_BY_ONE, EVENTS_PUT_MAX, sealedThumbnail);
  for (const { send } of await batchJobs(requests, thumbnails)) await send();
  // In turns: of one agent the cloud reads six at once.
  const inTurns = Array.from({ length: EVENTS_PUT_MAX }, (_, turn) =>
    thumbnails.flatMap((events) => events[turn] ?? []),
  ).flat();
  const uploads = inTurns.map((one) => ({ events: 1, send: () => sendThumbnail(requests, one) }));
  rounds.push(await measure('uploads of a thumbnail (not events), 16 in flight', uploads, 16, meters));

  say('the same bytes into bare tables: by 256, and one by one');
  const insertJobs = (batches: readonly (readonly SignedEvent[])[]) =>
    batches.map((events) => ({ events: events.length, send: () => bare.insert(events) }));
  const many = insertJobs(await sign(residents, EVENTS, 256, signedEvent));
  rounds.push(await measure('bare PostgreSQL, 256 rows a statement, 4 in flight', many, 4, nobody));
  const bareMetadata = insertJobs(await sign(residents, EVENTS, 256, metadataOf));
  rounds.push(
    await measure(`bare PostgreSQL, ${METADATA}, 256 rows a statement, 4 in flight`, bareMetadata, 4, nobody),
  );
  const few = insertJobs(await sign(residents, EVENTS_ONE_BY_ONE, 1, signedEvent));
  rounds.push(await measure('bare PostgreSQL, one event a statement, 4 in flight', few, 4, nobody));
  const batches = EVENTS * (IN_FLIGHT.length * 2 + 1);
  const sent = WARM_UP_BATCHES * EVENTS_PUT_MAX + batches + EVENTS_ONE_BY_ONE * 6;
  assert.equal(await bare.countEvents(), sent, 'every event that was acknowledged is there');
  return rounds;
}

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const rounds: Round[][] = [];
  for (const cameras of CAMERAS)
    rounds.push(await part(context, (inner) => ofFleet(inner, cameras, cameras === CAMERAS.at(-1))));
  return figures(rounds);
}

/** Slope of the logarithms, by least squares: 0 where an event costs the same however many cameras there are. */
function slope(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (place: 0 | 1) => logs.reduce((sum, one) => sum + one[place], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const above = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return above / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

function figures(fleets: readonly (readonly Round[])[]): Figure[] {
  // The goal speaks of metadata.
  const batches = fleets.at(-1)?.filter(({ name }) => name.startsWith(METADATA)) ?? [];
  const inTime = batches.filter(({ p99 }) => p99 < GOAL_P99_MILLISECONDS);
  const best = (inTime.length > 0 ? inTime : batches).reduce((one, other) =>
    other.perSecond > one.perSecond ? other : one,
  );
  const bare = fleets.at(-1)?.find(({ name }) => name.startsWith(`bare PostgreSQL, ${METADATA}`));
  const points = CAMERAS.map((cameras, index) => {
    const round = fleets[index]?.find(({ name }) => name.includes('64 events a request, 8 '));
    return [cameras, round === undefined ? Number.NaN : round.cloud + round.postgres] as const;
  });
  // CPU of N cameras that each bring as many: one more than the slope of what an event costs.
  const exponent = 1 + slope(points);
  return [
    ...fleets
      .flat()
      .flatMap((round): Figure[] => [
        { name: `${round.name}, rate`, value: round.perSecond, unit: 'events per second' },
        { name: '... acknowledged, p50', value: round.p50, unit: 'milliseconds' },
        { name: '... acknowledged, p99', value: round.p99, unit: 'milliseconds' },
        ...(round.cloud > 0
          ? [{ name: '... CPU of the cloud', value: round.cloud, unit: 'microseconds an event' }]
          : []),
        { name: '... CPU of PostgreSQL', value: round.postgres, unit: 'microseconds an event' },
      ]),
    {
      ...{ name: `best rate (${best.name})`, value: best.perSecond, unit: 'events per second' },
      goal: {
        text: `at least ${GOAL_PER_SECOND.toLocaleString('en')}`,
        met: best.perSecond >= GOAL_PER_SECOND,
      },
    },
    {
      ...{ name: '... its p99', value: best.p99, unit: 'milliseconds' },
      goal: { text: `under ${GOAL_P99_MILLISECONDS}`, met: best.p99 < GOAL_P99_MILLISECONDS },
    },
    {
      name: '... against bare PostgreSQL in the same shape',
      value: best.perSecond / (bare?.perSecond ?? Number.NaN),
      unit: 'ratio',
    },
    {
      ...{ name: 'exponent of CPU against cameras, 250 to 8,000', value: exponent, unit: '' },
      goal: { text: `at most ${GOAL_EXPONENT}`, met: exponent <= GOAL_EXPONENT },
    },
  ];
}

export const suite: Suite = {
  name: 'ingest',
  describe: 'durable events in batches, of few agents and of many, against single events and bare PostgreSQL',
  run,
};
