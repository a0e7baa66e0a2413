import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { createGate } from '@nightlatch/server/gate/gate';
import { openDatabase } from '@nightlatch/server/sql/database';
import { startDatabase } from '../ground/database.ts';
import { fillHomes, type Viewing } from '../ground/homes.ts';
import { type Load, loadWith } from '../ground/load.ts';
import { startRedis } from '../ground/redis.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const HOMES = 5_000;
/** An Events tab asks for as many thumbnails at once. */
const PAGE_EVENTS = 12;
const SECONDS = 5;
const GOAL_PER_SECOND = 100_000;
const GOAL_P99_MILLISECONDS = 5;
/** Pages under way at once; the goal has to be met at one of them, rate and p99 together. */
const PAGES_IN_FLIGHT = [4, 8, 12, 16, 24, 32];
/** One page in so many is asked for by a member of another home, and has to be refused whole. */
const STRANGER_EVERY_PAGES = 16;

const ownerKey = ({ home, event }: Viewing): string => `owner:${home}:${event}`;

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const { say, afterwards, signal } = context;
  say(`a PostgreSQL with ${HOMES} homes of ${PAGE_EVENTS} events`);
  const url = await startDatabase(context);
  const viewings = await fillHomes(url, HOMES, PAGE_EVENTS);
  const somebody = (): Viewing => {
    const one = viewings[Math.floor(Math.random() * viewings.length)];
    assert.ok(one);
    return one;
  };
  const somebodysPage = (): Viewing[] => {
    const start = Math.floor(Math.random() * HOMES) * PAGE_EVENTS;
    return viewings.slice(start, start + PAGE_EVENTS);
  };
  const strangersPage = (): Viewing[] => {
    const [page, [other]] = [somebodysPage(), somebodysPage()];
    assert.ok(other);
    // Now and then it is their own home, and they may have it.
    return page.map((one) => ({ ...one, session: other.session, account: other.account }));
  };
  const redis = await startRedis(context);
  const pipeline = redis.pipeline();
  for (const one of viewings) pipeline.set(ownerKey(one), one.account);
  await pipeline.exec();

  const gateOf = (batch: { batchMax?: number }) => {
    const database = openDatabase({
      url,
      random: randomBytes,
      onDoubt: (doubt) => assert.fail(doubt.reason),
    });
    afterwards(() => database[Symbol.asyncDispose]());
    return createGate({
      ...{ database, batch, random: randomBytes },
      onMismatch: (mismatch) => assert.fail(mismatch.reason),
    });
  };
  const oneByOne = gateOf({ batchMax: 1 });
  const batched = gateOf({});
  const owners = new Map(viewings.map(({ home, account }) => [home, account]));
  const isOwner = ({ home, account }: Viewing): boolean => owners.get(home) === account;
  const check = async (gate: typeof batched, one: Viewing) => {
    const granted = await gate.object({ ...one, kind: 'thumbnail', revision: 0 }).then(() => true, isRefusal);
    assert.equal(granted, isOwner(one));
  };
  const cached = async (one: Viewing) => {
    assert.equal((await redis.get(ownerKey(one))) === one.account, isOwner(one));
  };
  const single = { seconds: SECONDS, signal };
  const page = { ...single, checks: PAGE_EVENTS };
  const pageOf = (ask: (one: Viewing) => Promise<unknown>) => (turn: number) =>
    Promise.all((turn % STRANGER_EVERY_PAGES === 0 ? strangersPage() : somebodysPage()).map(ask));

  say('one by one, 16 in flight');
  const alone = await loadWith(() => check(oneByOne, somebody()), { ...single, inFlight: 16 });
  const rounds: Round[] = [];
  for (const inFlight of PAGES_IN_FLIGHT) {
    say(`${inFlight} pages in flight: the gate, then the cache`);
    rounds.push({
      name: `${inFlight} pages in flight`,
      batched: await loadWith(
        pageOf((one) => check(batched, one)),
        { ...page, inFlight },
      ),
      cached: await loadWith(pageOf(cached), { ...page, inFlight }),
    });
  }
  say('256 single checks of 256 people in flight: the gate, then the cache');
  const scattered: Round = {
    name: '256 single checks in flight, each of somebody else',
    batched: await loadWith(() => check(batched, somebody()), { ...single, inFlight: 256 }),
    cached: await loadWith(() => cached(somebody()), { ...single, inFlight: 256 }),
  };
  return figures(alone, rounds, scattered);
}

/** False for the gate's refusal; any other failure ends the measurement. */
function isRefusal(error: unknown): false {
  if (error instanceof NightlatchError && error.kind === 'not-found') return false;
  throw error;
}

interface Round {
  readonly name: string;
  readonly batched: Load;
  readonly cached: Load;
}

const ofLoad = (name: string, load: Load): Figure[] => [
  { name: `${name}, rate`, value: load.perSecond, unit: 'per second' },
  { name: `${name}, p99`, value: load.p99Milliseconds, unit: 'milliseconds' },
  { name: `${name}, CPU of the client`, value: load.clientMicroseconds, unit: 'microseconds' },
];
const ofRound = ({ name, batched, cached }: Round): Figure[] => [
  ...ofLoad(`gate, batched, ${name}`, batched),
  ...ofLoad(`owner cached in Redis (ioredis GET), ${name}`, cached),
];

function figures(alone: Load, rounds: readonly Round[], scattered: Round): Figure[] {
  const inTime = rounds.filter(({ batched }) => batched.p99Milliseconds <= GOAL_P99_MILLISECONDS);
  const best = (inTime.length > 0 ? inTime : rounds).reduce((one, other) =>
    other.batched.perSecond > one.batched.perSecond ? other : one,
  );
  const { perSecond, p99Milliseconds } = best.batched;
  const fastestCached = Math.max(...rounds.map(({ cached }) => cached.perSecond));
  const ratio = perSecond / fastestCached;
  const goals: Figure[] = [
    {
      name: `gate, batched, best rate (${best.name})`,
      value: perSecond,
      unit: 'per second',
      goal: {
        text: `at least ${GOAL_PER_SECOND.toLocaleString('en')}`,
        met: perSecond >= GOAL_PER_SECOND,
      },
    },
    {
      name: '... its p99',
      value: p99Milliseconds,
      unit: 'milliseconds',
      goal: { text: `at most ${GOAL_P99_MILLISECONDS}`, met: p99Milliseconds <= GOAL_P99_MILLISECONDS },
    },
    {
      name: '... against the fastest cached look-up',
      value: ratio,
      unit: 'ratio',
      goal: { text: 'at least 1', met: ratio >= 1 },
    },
  ];
  return [
    ...ofLoad('gate, one by one, 16 in flight', alone),
    ...rounds.flatMap(ofRound),
    ...ofRound(scattered),
    ...goals,
  ];
}

export const suite: Suite = {
  name: 'gate',
  describe: 'authoritative checks, one by one and batched, against an ownership cached in Redis',
  run,
};
