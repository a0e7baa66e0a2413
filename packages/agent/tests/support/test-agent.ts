import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CameraId } from '@nightlatch/protocol/ids';
import { pino } from 'pino';
import type { News } from '../../src/news.ts';
import type { Clock } from '../../src/uplink/clock.ts';
import { systemClock } from '../../src/uplink/clock.ts';
import { type AgentOptions, type AgentSurroundings, composeAgent, SURROUNDINGS } from '../../src/wiring.ts';
import { createFakeCameras, type FakeCamera } from './fake-camera.ts';
import { createHousehold, type Household } from './household.ts';
import type { ViewerOf } from './live-viewer.ts';
import type { StubCloud } from './stub-cloud.ts';
import { until } from './until.ts';

/** Real time, but no wait is longer than a moment. */
export const hastyClock: Clock = {
  now: Date.now,
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, 20), signal),
};

export interface TestAgent {
  readonly news: News[];
  readonly directory: string;
  readonly pageUrl: string;
  camera(): Promise<FakeCamera>;
  stop(): Promise<void>;
}

const stops = new Map<string, (() => Promise<void>)[]>();

/** A directory that is gone after the test, and after the agents in it. */
export async function temporaryDirectory(test: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nightlatch-agent-'));
  test.after(async () => {
    await Promise.allSettled((stops.get(path) ?? []).map((stop) => stop()));
    await rm(path, { recursive: true, force: true });
  });
  return path;
}

/** An agent in this process, with a camera that a test plays. */
export async function startTestAgent(
  cloud: Pick<StubCloud, 'url'>,
  directory: string,
  options: Partial<AgentOptions> = {},
  surroundings: Partial<AgentSurroundings> = {},
): Promise<TestAgent> {
  const news: News[] = [];
  const stopping = new AbortController();
  const cameras = createFakeCameras();
  const agent = await composeAgent(
    {
      serverUrl: cloud.url,
      dataDirectory: directory,
      demo: true,
      pagePort: 0,
      log: pino({ level: process.env.AGENT_LOG ?? 'silent' }),
      tell: (message) => news.push(message),
      ...options,
    },
    { ...SURROUNDINGS, clock: hastyClock, startCamera: cameras.start, ...surroundings },
    stopping.signal,
  );
  const running = agent.run();
  running.catch(() => undefined);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  stops.set(directory, [...(stops.get(directory) ?? []), stop]);
  return {
    news,
    directory,
    pageUrl: agent.pageUrl,
    camera: () => until('a camera', () => [...cameras.running.values()][0]),
    stop,
  };
}

/** Pairs the agent with a new household and gives its camera a key. */
export async function pairTestAgent(
  cloud: StubCloud,
  agent: TestAgent,
): Promise<Household & { camera: CameraId }> {
  const household = await createHousehold();
  await takeCode(cloud, agent, household);
  await until('the pairing', () => agent.news.find((one) => one.kind === 'paired'));
  const fake = await agent.camera();
  const pinned = await agentOf(cloud);
  await household.newEpoch(fake.camera, pinned);
  await until('the key', () => fake.armed);
  return { ...household, camera: fake.camera };
}

/** The same for an agent whose cameras are real processes; their own word says that they have their key. */
export async function pairRealAgent(
  cloud: StubCloud,
  agent: TestAgent,
): Promise<Household & { camera: CameraId }> {
  const household = await createHousehold();
  await takeCode(cloud, agent, household);
  const { camera } = await until('a camera', () => cloud.reports.flat()[0]);
  await household.newEpoch(camera, await agentOf(cloud));
  const isWatching = () =>
    agent.news.some((one) => one.kind === 'camera-state' && one.state.state === 'watching');
  await until('the key', isWatching);
  return { ...household, camera };
}

const offerOf = async (cloud: StubCloud) => {
  const { PairingOffer } = await import('@nightlatch/protocol/pairing');
  const { unverifiedPayload } = await import('@nightlatch/vault/signing');
  return unverifiedPayload(cloud.offer?.offer ?? '', PairingOffer);
};
export const agentOf = async (cloud: StubCloud) => (await offerOf(cloud)).agent;

/** What a member of the household knows of the agent's camera. */
export async function viewerOf(
  cloud: StubCloud,
  household: Household & { camera: CameraId },
): Promise<ViewerOf> {
  const { agent, deviceKey } = await offerOf(cloud);
  return { household, camera: household.camera, agent, deviceKey };
}

/** The owner enters the code that the agent shows. */
export async function takeCode(cloud: StubCloud, agent: TestAgent, household: Household): Promise<void> {
  const offered = await until('a code', () => cloud.offer);
  const shown = await until('the shown code', () =>
    agent.news.findLast((one) => one.kind === 'pairing-code' && one.code.startsWith(offered.locator)),
  );
  if (shown.kind !== 'pairing-code') throw new Error('no code');
  const acceptance = await household.accept(shown.code, offered);
  cloud.household = household;
  cloud.acceptance = acceptance;
}
