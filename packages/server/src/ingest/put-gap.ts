import { NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId, GapId, HomeId } from '@nightlatch/protocol/ids';
import { GapStatement } from '@nightlatch/protocol/manifest';
import { VaultError } from '@nightlatch/vault/errors';
import { verifyGap } from '@nightlatch/vault/manifest';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { Gate } from '../gate/gate.ts';
import type { Database } from '../sql/database.ts';
import { putGapRow, readGap } from '../sql/statements/ingest.ts';

const refused = (cause?: unknown): NightlatchError =>
  new NightlatchError(
    'unprocessable',
    'This statement is not of this agent, its home and its cameras. Nothing was changed.',
    { cause },
  );

/** Stores an agent's signed statement that events were lost. Sending it again changes nothing. */
export const gapIngest =
  ({ database, gate }: { database: Database; gate: Pick<Gate, 'agent'> }) =>
  async (arrival: { agent: AgentId; home: HomeId; gap: GapId; statement: string }): Promise<void> => {
    const { agent, home, gap, statement } = arrival;
    await database.transact({ agent }, async (ask) => {
      const { deviceKey } = (await gate.agent({ agent, home }, ask)).content;
      const said = await verifiedGap(statement, home, deviceKey);
      if (said.gap !== gap) throw refused();
      const { camera, fromSequence, toSequence, from, to } = said;
      const [put] = await ask(putGapRow, [
        ...[home, gap, camera, agent, statement],
        ...[fromSequence, toSequence, from, to],
      ]);
      if (put !== undefined) return;
      const [before] = await ask(readGap, [home, gap, agent]);
      if (before?.statement !== statement) throw refused();
    });
  };

async function verifiedGap(statement: string, home: HomeId, deviceKey: string): Promise<GapStatement> {
  try {
    const { camera } = unverifiedPayload(statement, GapStatement);
    return await verifyGap(statement, { home, camera }, deviceKey);
  } catch (error) {
    throw error instanceof VaultError ? refused(error) : error;
  }
}
