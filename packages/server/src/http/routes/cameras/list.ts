import type { CameraRow } from '@nightlatch/protocol/events';
import type { CameraColumns } from '../../../sql/statements/gate-home.ts';
import type { Handler } from '../../handler.ts';

/** An agent reports at least every 15 s. */
const SILENCE_SECONDS_MAX = 45;

export const handle: Handler<'cameras.list'> = async ({ gate, egress }, { caller, params }) => {
  const asked = { session: caller.session, account: caller.account, home: params.home };
  const cameras = await egress.cameras(await gate.cameras(asked), asked);
  return { cameras: cameras.map(rowOf) };
};

function rowOf(columns: CameraColumns): CameraRow {
  const { camera, agent, source, added, announcedAt, agentSeenAt, agentSilentSeconds } = columns;
  const { state, since, reason } = columns;
  const silent = agentSilentSeconds === null || agentSilentSeconds > SILENCE_SECONDS_MAX;
  return {
    ...{ camera, agent, source, added },
    state: silent
      ? { state: 'offline', since: agentSeenAt ?? announcedAt, reason: 'agent-offline' }
      : { state: state ?? 'connecting', since: since ?? announcedAt, reason },
  };
}
