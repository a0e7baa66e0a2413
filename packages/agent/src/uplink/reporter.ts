import type { AgentReport } from '@nightlatch/protocol/agents';
import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { Change } from '../spool/change.ts';
import type { CloudClient } from './client.ts';
import type { Clock } from './clock.ts';
import { CloudAway, CloudRefusal } from './failures.ts';
import { delayMilliseconds } from './retry.ts';

export interface ReporterParts {
  readonly client: CloudClient;
  readonly clock: Clock;
  readonly fraction: () => number;
  readonly report: () => Promise<AgentReport>;
  /** True while the agent waits for something that the owner is about to do: then it asks more often. */
  readonly isEager: () => boolean;
  readonly onHead: (head: HomeLogHead) => Promise<void>;
  readonly onContact: (error: CloudAway | CloudRefusal | null) => void;
  /** Told when a camera's state changes: the report goes at once. */
  readonly change: Change;
}

const REPORT_MILLISECONDS = 15_000;
const EAGER_MILLISECONDS = 3000;
/** Changes that come together go together, and a camera that flaps does not flood. */
const GATHER_MILLISECONDS = 250;

/** Tells the cloud how the cameras are, and learns of the home log, for as long as the signal allows. */
export async function runReporter(parts: ReporterParts, signal: AbortSignal): Promise<void> {
  const { client, clock, change } = parts;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const answer = await client.call('agent.report', { input: await parts.report() });
      if (answer.logHead !== null) await parts.onHead(answer.logHead);
      failures = 0;
      parts.onContact(null);
    } catch (error) {
      if (!(error instanceof CloudAway || error instanceof CloudRefusal)) throw error;
      if (signal.aborted) return;
      failures += 1;
      parts.onContact(error);
      await clock.sleep(delayMilliseconds(failures, error, parts.fraction()), signal);
      continue;
    }
    await change.wait(parts.isEager() ? EAGER_MILLISECONDS : REPORT_MILLISECONDS, signal);
    await clock.sleep(GATHER_MILLISECONDS, signal);
  }
}
