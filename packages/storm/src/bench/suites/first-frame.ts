import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import postgres from 'postgres';
import { cpuSecondsOf, startBrowser } from '../ground/browser.ts';
import { buildApp, startCloud } from '../ground/cloud-process.ts';
import { startDatabase } from '../ground/database.ts';
import { assertReal, type SeenFrame, startFrameWatch } from '../ground/frame-watch.ts';
import { moveIn } from '../ground/newcomer.ts';
import { startPlayingAgent } from '../ground/playing-agent.ts';
import { freePort } from '../ground/ports.ts';
import { quantile } from '../ground/quantile.ts';
import { CLIP_SECONDS, FASTSTART, FRAGMENTED, recordClip, writeFiles } from '../ground/recorded-clip.ts';
import { type SlowRoad, startSlowRoad } from '../ground/slow-road.ts';
import type { BenchContext, Figure, Suite } from '../suite.ts';

const ROUNDS = 10;
const BYTES_PER_SECOND = 1_000_000;
/** In the middle of a second, so that the way from its key frame is decoded too. */
const SEEK_SECONDS = CLIP_SECONDS * 0.8 + 0.4;
const PLAYS_BEFORE_SEEK_MILLISECONDS = 1_000;
/** The whole clip has arrived by then, at 1 MB/s. */
const CPU_SECONDS = 16;
const PICTURE_MILLISECONDS_MAX = 60_000;
const SEEK_MILLISECONDS_MAX = 30_000;
const QUIET_MILLISECONDS = 400;
const QUIET_TRIES_MAX = 100;

const KINDS = ['sealed', 'plain as recorded', 'plain faststart'] as const;
type Kind = (typeof KINDS)[number];
const FILES = { 'plain as recorded': FRAGMENTED, 'plain faststart': FASTSTART } as const;

interface Round {
  readonly kind: Kind;
  readonly firstMilliseconds: number;
  readonly firstBytes: number;
  readonly seekMilliseconds: number;
}

/** What all rounds share. */
interface Ground {
  readonly browser: Browser;
  readonly home: BrowserContext;
  readonly road: SlowRoad;
  readonly context: BenchContext;
}

async function prepare(context: BenchContext): Promise<Ground> {
  const { say } = context;
  const browser = await startBrowser(context);
  say(`a clip of ${CLIP_SECONDS} s, 1080p, recorded by the agent's recorder`);
  const clip = await recordClip(context.signal);
  say('a PostgreSQL, the cloud, and the web app');
  const databaseUrl = await startDatabase(context);
  const webDirectory = await buildApp(context);
  await writeFiles(clip, webDirectory);
  const port = await freePort();
  const from = await freePort();
  const publicUrl = `http://localhost:${from}`;
  await startCloud(context, { databaseUrl, port, publicUrl, webDirectory });
  const road = await startSlowRoad(context, { from, to: port });
  say('an account, a home, an agent; its clip is sealed and sent');
  const code = await startPlayingAgent(context, `http://127.0.0.1:${port}`, clip);
  const home = await browser.newContext({ baseURL: publicUrl, viewport: { width: 1280, height: 800 } });
  home.setDefaultTimeout(PICTURE_MILLISECONDS_MAX);
  const page = await home.newPage();
  await moveIn(page, code);
  await untilStored(databaseUrl, clip.bytes.length);
  await page.close();
  return { browser, home, road, context };
}

async function untilStored(databaseUrl: string, bytes: number): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    for (let tries = 0; tries < 600; tries++) {
      const [clip] = await sql`
        select received_bytes from objects where kind = 'clip' and completed_at is not null`;
      if (clip !== undefined) return assert.ok(Number(clip.received_bytes) > bytes, 'all of it is sealed');
      await sleep(100);
    }
    throw new Error('the clip did not arrive at the cloud');
  } finally {
    await sql.end();
  }
}

async function untilQuiet(road: SlowRoad): Promise<void> {
  for (let tries = 0; tries < QUIET_TRIES_MAX; tries++) {
    const before = road.sentBytes;
    await sleep(QUIET_MILLISECONDS);
    if (road.sentBytes === before) return;
  }
  throw new Error('the road does not come to rest');
}

/** The list of events with its picture, and nothing under way. The plain file gets a button there. */
async function openPage({ home, road }: Ground, kind: Kind, turn: number): Promise<Page> {
  const page = await home.newPage();
  await page.goto('/events');
  await page.locator('.event-card img').waitFor();
  if (kind !== 'sealed')
    // Another address each time: what was cached of the last round is not to be used.
    await page.evaluate((address) => {
      const button = document.createElement('button');
      button.textContent = 'Play the plain file';
      button.style.cssText = 'position: fixed; inset: 0; z-index: 1000';
      button.addEventListener('click', () => {
        const video = document.createElement('video');
        video.playsInline = true;
        video.autoplay = true;
        video.preload = 'auto';
        video.style.cssText = 'position: fixed; inset: 0; width: 100%; height: 100%; z-index: 1001';
        video.src = address;
        document.body.append(video);
      });
      document.body.append(button);
    }, `/${FILES[kind]}?turn=${turn}`);
  await untilQuiet(road);
  return page;
}

const tap = (page: Page, kind: Kind): Promise<void> =>
  (kind === 'sealed' ? page.locator('.event-card') : page.getByText('Play the plain file')).click();

/** The answer, or an error after so long; whoever waits in the page goes with it. */
async function within<Result>(milliseconds: number, what: string, work: Promise<Result>): Promise<Result> {
  const timer = new AbortController();
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`${what} did not come within ${milliseconds / 1000} s`);
  });
  late.catch(() => undefined);
  return Promise.race([work, late]).finally(() => timer.abort());
}

const taken = ({ askedAt, shownAt }: SeenFrame): number => shownAt - askedAt;

async function measure(ground: Ground, kind: Kind, turn: number): Promise<Round> {
  const { road } = ground;
  ground.context.signal.throwIfAborted();
  const page = await openPage(ground, kind, turn);
  try {
    const watch = await startFrameWatch(page);
    await tap(page, kind);
    const first = await within(PICTURE_MILLISECONDS_MAX, `the first picture (${kind})`, watch.firstFrame());
    assertReal(first);
    await sleep(PLAYS_BEFORE_SEEK_MILLISECONDS);
    const seek = watch.seek(SEEK_SECONDS);
    // A file without an index may never get there; that counts as the longest time that was waited.
    const sought = await within(SEEK_MILLISECONDS_MAX, 'the seek', seek).catch(() => null);
    seek.catch(() => undefined);
    if (sought !== null) assertReal(sought);
    return {
      kind,
      firstMilliseconds: taken(first),
      firstBytes: road.sentBytesAt(first.shownAt) - road.sentBytesAt(first.askedAt),
      seekMilliseconds: sought === null ? SEEK_MILLISECONDS_MAX : taken(sought),
    };
  } finally {
    await page.close();
  }
}

/** Seconds of processor time of the whole browser while it fetches a clip and plays its first 16 s. */
async function measureCpu(ground: Ground, kind: Kind, turn: number): Promise<number> {
  const page = await openPage(ground, kind, turn);
  const before = await cpuSecondsOf(ground.browser);
  await tap(page, kind);
  await sleep(CPU_SECONDS * 1000, undefined, { signal: ground.context.signal });
  const seconds = (await cpuSecondsOf(ground.browser)) - before;
  await page.close();
  return seconds;
}

async function run(context: BenchContext): Promise<readonly Figure[]> {
  const ground = await prepare(context);
  ground.road.bytesPerSecond = BYTES_PER_SECOND;
  let turn = 0;
  for (const kind of KINDS) await measure(ground, kind, turn++);
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    context.say(`round ${round + 1} of ${ROUNDS}`);
    for (const place of KINDS.keys()) {
      const kind = KINDS[(round + place) % KINDS.length];
      if (kind !== undefined) rounds.push(await measure(ground, kind, turn++));
    }
  }
  context.say(`processor time, ${CPU_SECONDS} s of each`);
  const cpu = new Map<Kind, number>();
  for (const kind of KINDS) cpu.set(kind, await measureCpu(ground, kind, turn++));
  return figures(rounds, cpu);
}

function figures(rounds: readonly Round[], cpu: ReadonlyMap<Kind, number>): Figure[] {
  type Measured = 'firstMilliseconds' | 'firstBytes' | 'seekMilliseconds';
  const of = (kind: Kind, what: Measured, part: number): number =>
    quantile(
      rounds.filter((round) => round.kind === kind).map((round) => round[what]),
      part,
    );
  const better = (what: Measured, part: number): number =>
    Math.min(of('plain as recorded', what, part), of('plain faststart', what, part));
  const row = (name: string, what: Measured): Figure[] =>
    KINDS.flatMap((kind) => [
      { name: `${kind}, ${name}, p50`, value: of(kind, what, 0.5), unit: 'milliseconds' },
      { name: `${kind}, ${name}, p95`, value: of(kind, what, 0.95), unit: 'milliseconds' },
    ]);
  const sooner = (name: string, part: number, peer: number): Figure => {
    const value = of('sealed', 'firstMilliseconds', part) / peer;
    return { name, value, unit: 'ratio', goal: { text: 'sooner: below 1', met: value < 1 } };
  };
  const same = (part: number): number => of('plain as recorded', 'firstMilliseconds', part);
  const bytes = KINDS.map((kind) => ({
    name: `${kind}, sent until the first picture, p50`,
    value: of(kind, 'firstBytes', 0.5),
    unit: 'bytes',
  }));
  const processor = [...cpu].map(([kind, value]) => ({
    name: `${kind}, processor time of the browser, first ${CPU_SECONDS} s`,
    value,
    unit: 'seconds',
  }));
  return [
    ...row('tap to first picture', 'firstMilliseconds'),
    ...row('seek to 80 % to its picture', 'seekMilliseconds'),
    ...bytes,
    ...processor,
    sooner('first picture, sealed against the same bytes plain, p50', 0.5, same(0.5)),
    sooner('first picture, sealed against the same bytes plain, p95', 0.95, same(0.95)),
    // No camera writes it, and nobody can while it still records; but it is the best that `<video src>` can do.
    sooner('first picture, sealed against the better plain file, p50', 0.5, better('firstMilliseconds', 0.5)),
    sooner(
      'first picture, sealed against the better plain file, p95',
      0.95,
      better('firstMilliseconds', 0.95),
    ),
    {
      name: 'seek, sealed against the better plain file, p50',
      value: of('sealed', 'seekMilliseconds', 0.5) / better('seekMilliseconds', 0.5),
      unit: 'ratio',
    },
  ];
}

export const suite: Suite = {
  name: 'first-frame',
  describe: 'tap to first picture of a sealed clip, against a plain <video src> of its bytes, both at 1 MB/s',
  run,
};
