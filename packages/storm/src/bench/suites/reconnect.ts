import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@nightlatch/agent/uplink/client';
import { generateDeviceKey } from '@nightlatch/vault/device';
import { startDatabase } from '../ground/database.ts';
import { part } from '../ground/part.ts';
import { cpuSecondsOfProcess } from '../ground/process-cpu.ts';
import { comeBack, ticketsOf } from '../ground/reconnect/crowd.ts';
import { exponentOf } from '../ground/reconnect/exponent.ts';
import { startFleet } from '../ground/reconnect/fleet.ts';
import { newPlace, startServer } from '../ground/reconnect/server.ts';
import { fillHouseholds } from '../ground/relay/cast.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const COUNTS = [250, 500, 1000, 2000, 4000, 8000];
const MOST = 8000;
/** Processor time is told in hundredths of a second: few agents come several times, so that there is enough of it. */
const LINKS_MIN = 1000;
const SIGN_INS = 200;
const SIGN_INS_AT_ONCE = 32;
/** What belongs to a reconnect comes after it, too: the gate is asked once more when the link is open. */
const SETTLE_MILLISECONDS = 1_200;
const FLEET = 2000;
const FLEET_PER_SECOND = 400;
const OUTAGE_MILLISECONDS = 12_000;
const GOAL = { plain: 2500, tls: 600, exponent: 1.05, attempts: 1.3, recovery: 1.15 };

interface Measured {
  readonly count: number;
  /** Processor time of the server's process for one, in seconds. */
  readonly cost: number;
}

/** Opens `count` links again and again, and counts the processor time of the server while they are opened. */
async function costOf(pid: number, url: string, authorizations: readonly string[]): Promise<Measured> {
  const count = authorizations.length;
  const rounds = Math.max(1, Math.ceil(LINKS_MIN / count));
  let seconds = 0;
  for (let round = 0; round < rounds; round++) {
    const before = await cpuSecondsOfProcess(pid);
    const crowd = await comeBack({ url, authorizations });
    await sleep(SETTLE_MILLISECONDS);
    seconds += (await cpuSecondsOfProcess(pid)) - before;
    await crowd.leave();
    await sleep(SETTLE_MILLISECONDS);
  }
  return { count, cost: seconds / rounds / count };
}

async function costOfSignIn(pid: number, serverUrl: string, signal: AbortSignal): Promise<number> {
  const devices = await Promise.all(Array.from({ length: SIGN_INS }, generateDeviceKey));
  const left = devices.values();
  const before = await cpuSecondsOfProcess(pid);
  await Promise.all(
    Array.from({ length: SIGN_INS_AT_ONCE }, async () => {
      for (const device of left) await createClient({ serverUrl, device, signal }).signedIn(async () => {});
    }),
  );
  return ((await cpuSecondsOfProcess(pid)) - before) / SIGN_INS;
}

/** A fleet of the real link code loses its cloud for a while: how often each agent tries once it is back. */
async function outage(context: BenchContext): Promise<Figure[]> {
  const { say, signal } = context;
  say(`${FLEET} agents lose their cloud, which takes up ${FLEET_PER_SECOND} a second`);
  const databaseUrl = await startDatabase(context);
  const households = await fillHouseholds(databaseUrl, FLEET);
  const place = await newPlace(context, { databaseUrl, reconnectsPerSecond: FLEET_PER_SECOND });
  const first = await startServer(context, 'cloud', place);
  const fleet = startFleet(
    `http://127.0.0.1:${place.port}`,
    households.map(({ agentToken }) => agentToken),
  );
  context.afterwards(() => fleet.stop());
  await fleet.whole(signal);
  // Those who came first were told the slots of a small fleet, and are told anew.
  const idealSeconds = FLEET / FLEET_PER_SECOND;
  while (fleet.windowMilliseconds() < idealSeconds * 1000 * 0.75) await sleep(500, undefined, { signal });
  await first.kill();
  await sleep(OUTAGE_MILLISECONDS, undefined, { signal });
  await startServer(context, 'cloud', place);
  const [begun, attempts] = [performance.now(), fleet.attempts];
  await fleet.whole(AbortSignal.any([signal, AbortSignal.timeout(120_000)]));
  const perAgent = (fleet.attempts - attempts) / FLEET;
  const ratio = (performance.now() - begun) / 1000 / idealSeconds;
  return [
    {
      ...{ name: `outage, ${FLEET} agents, attempts each`, value: perAgent, unit: 'attempts' },
      goal: { text: `at most ${GOAL.attempts}`, met: perAgent <= GOAL.attempts },
    },
    {
      ...{ name: 'outage, recovery against agents divided by capacity', value: ratio, unit: 'ratio' },
      goal: { text: `at most ${GOAL.recovery}`, met: ratio <= GOAL.recovery },
    },
  ];
}

function figuresOf(name: string, measured: readonly Measured[], goal?: number): Figure[] {
  const rates = measured.map(({ count, cost }) => ({
    name: `${name}, ${count} agents`,
    value: 1 / cost,
    unit: 'per second per core',
  }));
  const most = rates.at(-1)?.value ?? Number.NaN;
  const exponent = exponentOf(measured.map(({ count, cost }) => ({ count, cost: cost * count })));
  return [
    ...rates,
    ...(goal === undefined
      ? []
      : [
          {
            ...{ name: `${name}, the largest fleet`, value: most, unit: 'per second per core' },
            goal: { text: `at least ${goal}`, met: most >= goal },
          },
          {
            ...{ name: `${name}, exponent of processor time`, value: exponent, unit: 'exponent' },
            goal: { text: `at most ${GOAL.exponent}`, met: exponent <= GOAL.exponent },
          },
        ]),
  ];
}

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const { say, signal } = context;
  say(`a PostgreSQL with ${MOST} homes`);
  const databaseUrl = await startDatabase(context);
  const households = await fillHouseholds(databaseUrl, MOST);
  const bearers = households.map(({ agentToken }) => `Bearer ${agentToken}`);
  const places = await Promise.all(
    [0, 1].map(() => newPlace(context, { databaseUrl, reconnectsPerSecond: 100_000 })),
  );
  const [cloudPlace, barePlace] = places;
  if (cloudPlace === undefined || barePlace === undefined) throw new Error('no place for the servers');
  const measured = await part(context, async (inner) => {
    const cloud = await startServer(inner, 'cloud', cloudPlace);
    const bare = await startServer(inner, 'bare', barePlace);
    const plain = `ws://127.0.0.1:${cloudPlace.port}`;
    say('a session by signature; then a ticket for everybody');
    const signIn = await costOfSignIn(cloud.pid, `http://127.0.0.1:${cloudPlace.port}`, signal);
    const met = await comeBack({ url: plain, authorizations: bearers });
    const tickets = ticketsOf(met);
    await met.leave();
    const ways = [
      { name: 'ticket, plain', pid: cloud.pid, url: plain, shown: tickets, counts: COUNTS },
      {
        ...{ name: 'ticket, TLS', pid: cloud.pid, url: `wss://127.0.0.1:${cloudPlace.tlsPort}` },
        ...{ shown: tickets, counts: COUNTS },
      },
      { name: 'token, plain', pid: cloud.pid, url: plain, shown: bearers, counts: [2000] },
      {
        ...{ name: 'bare ws, plain', pid: bare.pid, url: `ws://127.0.0.1:${barePlace.port}` },
        ...{ shown: tickets, counts: [2000] },
      },
      {
        ...{ name: 'bare ws, TLS', pid: bare.pid, url: `wss://127.0.0.1:${barePlace.tlsPort}` },
        ...{ shown: tickets, counts: [2000] },
      },
    ];
    const costs = new Map<string, Measured[]>();
    for (const { name, pid, url, shown, counts } of ways)
      for (const count of counts) {
        signal.throwIfAborted();
        const one = await costOf(pid, url, shown.slice(0, count));
        say(`${name}, ${count} agents: ${(one.cost * 1e6).toFixed(0)} µs`);
        costs.set(name, [...(costs.get(name) ?? []), one]);
      }
    return { signIn, costs };
  });
  const of = (name: string): readonly Measured[] => measured.costs.get(name) ?? [];
  return [
    ...figuresOf('ticket, plain', of('ticket, plain'), GOAL.plain),
    ...figuresOf('ticket, TLS', of('ticket, TLS'), GOAL.tls),
    ...figuresOf('bare ws, plain', of('bare ws, plain')),
    ...figuresOf('bare ws, TLS', of('bare ws, TLS')),
    ...figuresOf('token, plain', of('token, plain')),
    {
      name: 'session by signature, before any link',
      value: 1 / measured.signIn,
      unit: 'per second per core',
    },
    ...(await part(context, outage)),
  ];
}

export const suite: Suite = {
  name: 'reconnect',
  describe: 'Links by ticket, plain and behind TLS, against bare ws and a sign-in; attempts after an outage',
  run,
};
