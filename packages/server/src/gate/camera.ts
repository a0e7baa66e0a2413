import type { AgentId, CameraId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { GateCameraRow } from '../sql/statements/gate-camera.ts';
import { type AskedHome, homeKeys } from './asked.ts';
import { createBatcher, newBatchText } from './batcher.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';
import { inPlaces } from './places.ts';

export interface AskedCamera extends AskedHome {
  readonly camera: CameraId;
}

export interface CameraContent extends AskedCamera {
  readonly what: 'camera';
  /** The agent whose camera it is, pinned as of now. */
  readonly agent: AgentId;
}

export const cameraKeys = (asked: AskedCamera): AskedCamera => ({
  ...homeKeys(asked),
  camera: asked.camera,
});

/** All pictures that a process shows are asked for in the same moment. */
const QUEUE_MAX = 16_384;

/**
 * Whether somebody may see a camera's live picture, as of now. Questions of the same moment go to the database as one
 * statement.
 */
export function cameraQuestion({ database, statements, prove, authority, random }: GateParts) {
  const answerAll = async (asked: readonly AskedCamera[]): Promise<(GateCameraRow | undefined)[]> => {
    const batch = newBatchText(random);
    const [rows = []] = await database.ask(
      { accounts: [...new Set(asked.map(({ account }) => account))] },
      statements.camera,
      [
        batch,
        asked.map(({ session }) => session),
        asked.map(({ account }) => account),
        asked.map(({ home }) => home),
        asked.map(({ camera }) => camera),
      ],
    );
    for (const row of rows) prove({ batch }, row);
    return inPlaces(rows, asked.length);
  };
  const batcher = createBatcher<AskedCamera, GateCameraRow>({ answerAll, queueMax: QUEUE_MAX });

  return async (asked: AskedCamera): Promise<Grant<CameraContent>> => {
    const row = await batcher.ask(asked);
    if (row === undefined) throw notFound();
    const { session, account, home, camera } = asked;
    const viewer = { session, account, memberAccount: account, memberHome: home };
    // Agents make the ids of their cameras: the same one may be in another home, too.
    prove({ ...viewer, camera, cameraHome: home, pinHome: home }, row);
    return authority.mint({ what: 'camera' as const, ...cameraKeys(asked), agent: row.agent });
  };
}
