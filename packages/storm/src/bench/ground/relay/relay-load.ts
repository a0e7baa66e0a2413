import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchContext } from '../../suite.ts';
import { startCloud } from '../cloud-process.ts';
import { startDatabase } from '../database.ts';
import { freePort } from '../ports.ts';
import { cpuSecondsOfProcess, residentBytes } from '../process-cpu.ts';
import { quantile } from '../quantile.ts';
import { fillHouseholds, type Household } from './cast.ts';
import { startCrowd } from './crowd.ts';

const SETTLE_MILLISECONDS = 3_000;
const MEMORY_LOOKS = 16;

export interface RelayStep {
  readonly viewers: number;
  /** That are watched. */
  readonly cameras: number;
  /** Cores that the process of the cloud takes. */
  readonly cores: number;
  readonly residentBytes: number;
  /** Bits per second that each viewer received. */
  readonly bitsPerSecond: number;
  readonly p50Milliseconds: number;
  readonly p99Milliseconds: number;
  /** Records that a viewer should have received and did not, as a part of all. */
  readonly missedPart: number;
}

/**
 * A cloud of its own, agents that send 2 Mbit/s each, and more and more viewers. Every step is measured for so many
 * seconds after all of its viewers receive records; only the cloud's own process is counted.
 */
export async function loadRelay(
  context: BenchContext,
  load: {
    /** Viewers at each step; they only grow. */
    readonly steps: readonly number[];
    readonly viewersPerCamera: number;
    readonly seconds: number;
  },
): Promise<readonly RelayStep[]> {
  const { say, signal } = context;
  const { steps, viewersPerCamera, seconds } = load;
  const databaseUrl = await startDatabase(context);
  const most = Math.max(...steps);
  const households = await fillHouseholds(databaseUrl, Math.ceil(most / viewersPerCamera));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const cloud = await startCloud(context, { databaseUrl, port, publicUrl: url });
  const agents = startCrowd(context, 'agents');
  const viewers = startCrowd(context, 'viewers');
  const seats = Array.from(
    { length: most },
    (_, seat) => households[Math.floor(seat / viewersPerCamera)],
  ).filter((one): one is Household => one !== undefined);
  const measured: RelayStep[] = [];
  let linked = 0;
  let seated = 0;
  for (const step of steps) {
    const cameras = Math.ceil(step / viewersPerCamera);
    await agents.tell({ kind: 'join', url, households: households.slice(linked, cameras) });
    await viewers.tell({ kind: 'join', url, households: seats.slice(seated, step) });
    linked = cameras;
    seated = step;
    await sleep(SETTLE_MILLISECONDS, undefined, { signal });
    await viewers.tell({ kind: 'reset' });
    const begun = performance.now();
    const cpu = await cpuSecondsOfProcess(cloud);
    const resident: number[] = [];
    for (let look = 0; look < MEMORY_LOOKS; look++) {
      await sleep((seconds * 1000) / MEMORY_LOOKS, undefined, { signal });
      resident.push(await residentBytes(cloud));
    }
    const spent = (await cpuSecondsOfProcess(cloud)) - cpu;
    const elapsed = (performance.now() - begun) / 1000;
    const { records, bytes, missed, milliseconds, troubles } = await viewers.tell({ kind: 'tell' });
    if (troubles.length > 0) throw new Error(`the relay did not keep its viewers: ${troubles.slice(0, 3)}`);
    const cores = spent / elapsed;
    say(`relay, ${step} viewers, ${viewersPerCamera} of each camera: ${cores.toFixed(2)} cores`);
    measured.push({
      viewers: step,
      cameras,
      cores,
      residentBytes: quantile(resident, 0.5),
      bitsPerSecond: step === 0 ? 0 : (bytes * 8) / elapsed / step,
      p50Milliseconds: quantile(milliseconds, 0.5),
      p99Milliseconds: quantile(milliseconds, 0.99),
      missedPart: records === 0 ? 0 : missed / (records + missed),
    });
  }
  return measured;
}

/** How much more there is of something for each viewer more: the line through all steps, by least squares. */
export function perViewer(steps: readonly RelayStep[], of: (step: RelayStep) => number): number {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  const middle = mean(steps.map(({ viewers }) => viewers));
  const level = mean(steps.map(of));
  const rise = steps.reduce((sum, step) => sum + (step.viewers - middle) * (of(step) - level), 0);
  return rise / steps.reduce((sum, { viewers }) => sum + (viewers - middle) ** 2, 0);
}
