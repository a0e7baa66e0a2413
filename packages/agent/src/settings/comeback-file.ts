import { join } from 'node:path';
import { base64Url, Instant } from '@nightlatch/protocol/encoding';
import { AgentId } from '@nightlatch/protocol/ids';
import { ReconnectSlot, ReconnectTicket } from '@nightlatch/protocol/live';
import { z } from 'zod';
import { type ComebackStore, keepInMemory } from '../uplink/comeback.ts';
import { readPrivateFile, writePrivateFile } from './private-file.ts';
import { parseJson } from './settings-file.ts';

const BYTES_MAX = 4096;

const ComebackFile = z.strictObject({
  version: z.literal(1),
  /** Of another cloud it would be somebody else's secret. */
  serverUrl: z.string(),
  /** Under another device key it would be another agent's session. */
  agent: AgentId,
  token: base64Url(32).nullable(),
  ticket: z.strictObject({ ticket: ReconnectTicket, expiresAt: Instant }).nullable(),
  slot: ReconnectSlot.nullable(),
});

/**
 * What the agent comes back with, from the last run. The device key is beside it and opens as much; a file that cannot
 * be read is as good as none, for everything in it can be had again. Dispose it to have written all.
 */
export async function openComeback(
  directory: string,
  { serverUrl, agent }: { readonly serverUrl: string; readonly agent: AgentId },
  onFailed: (error: unknown) => void,
): Promise<ComebackStore & AsyncDisposable> {
  const path = join(directory, 'comeback.json');
  const stored = parseJson((await readPrivateFile(path, BYTES_MAX)) ?? '', ComebackFile);
  const memory = keepInMemory();
  if (stored?.serverUrl === serverUrl && stored.agent === agent) {
    const { token, ticket, slot } = stored;
    memory.keep({ token, ticket, slot });
  }
  let writing: Promise<void> | null = null;
  let isStale = false;
  const write = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      const file: z.input<typeof ComebackFile> = { version: 1, serverUrl, agent, ...memory.kept };
      await writePrivateFile(path, `${JSON.stringify(file)}\n`).catch(onFailed);
    }
    writing = null;
  };
  return {
    get kept() {
      return memory.kept;
    },
    keep: (change) => {
      memory.keep(change);
      isStale = true;
      writing ??= write();
    },
    [Symbol.asyncDispose]: async () => {
      await writing;
    },
  };
}
