import type { AgentReport } from '@nightlatch/protocol/agents';
import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { Change } from '../spool/change.ts';
import type { CloudClient } from './client.ts';
import type { Clock } from './clock.ts';
import { delayMilliseconds } from './retry.ts';

export interface ReporterParts {
  readonly client: CloudClient;
  readonly clock: Clock;
  readonly fraction: () => number;
  readonly report: () => Promise<AgentReport>;
  /** True while the agent waits for something that the owner is about to do: then it asks more often. */
  readonly isEager: () => boolean;
  readonly onHead: (head: HomeLogHead) => Promise<void>;
  /** Null when the cloud took the report. Whatever else goes wrong, such as a full disk, is tried again as well. */
  readonly onContact: (error: unknown) => void;
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
    const seen = change.count();
    try {
      const answer = await client.call('agent.report', { input: await parts.report() });
      if (answer.logHead !== null) await parts.onHead(answer.logHead);
      failures = 0;
      parts.onContact(null);
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      parts.onContact(error);
      await clock.sleep(delayMilliseconds(failures, error, parts.fraction()), signal);
      continue;
    }
    await change.wait(seen, parts.isEager() ? EAGER_MILLISECONDS : REPORT_MILLISECONDS, signal);
    await clock.sleep(GATHER_MILLISECONDS, signal);
  }
}
