import type { AgentReport } from '@nightlatch/protocol/agents';
import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { HomeId } from '@nightlatch/protocol/ids';
import type { AgentCaller } from '../http/handler.ts';
import { tellHome } from '../hub/hub.ts';
import type { Database } from '../sql/database.ts';
import { requireOwn } from '../sql/own-rows.ts';
import { agentLogHead, touchAgent } from '../sql/statements/agents.ts';
import { announceCameras, putCameraStates } from '../sql/statements/cameras.ts';

/**
 * An agent says which cameras it has and how they are. Before it is paired nothing of that is kept. A camera that
 * another agent of the home announced first stays that one's.
 */
export async function takeReport(
  database: Database,
  { agent, home }: AgentCaller,
  report: AgentReport,
): Promise<{ home: HomeId | null; logHead: HomeLogHead | null }> {
  const cameras = [...new Map(report.cameras.map((one) => [one.camera, one])).values()];
  return database.transact({ agent }, async (ask) => {
    await ask(touchAgent, [agent]);
    if (home === null) return { home: null, logHead: null };
    const [logHead] = await ask(agentLogHead, [agent, home]);
    if (logHead === undefined) return { home: null, logHead: null };
    requireOwn([logHead], { agent, home });

    const own = new Set(
      (
        await ask(announceCameras, [
          home,
          agent,
          cameras.map((one) => one.camera),
          cameras.map((one) => one.source),
        ])
      ).map((row) => row.camera),
    );
    const reported = cameras.filter((one) => own.has(one.camera));
    const changed = await ask(putCameraStates, [
      home,
      reported.map((one) => one.camera),
      reported.map((one) => one.state.state),
      reported.map((one) => one.state.since),
      // That the agent is away is for the cloud to say.
      reported.map(({ state }) => (state.reason === 'agent-offline' ? 'internal' : (state.reason ?? ''))),
    ]);
    if (changed.length > 0) await tellHome(ask, home, { kind: 'cameras' });
    return { home, logHead };
  });
}
