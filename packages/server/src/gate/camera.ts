import type { AgentId, CameraId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import { type AskedHome, homeKeys } from './asked.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

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

/** Whether somebody may see a camera's live picture, as of now. */
export function cameraQuestion({ database, statements, prove, authority }: GateParts) {
  return async (asked: AskedCamera): Promise<Grant<CameraContent>> => {
    const { session, account, home, camera } = asked;
    const [row, more] = await database.ask({ account }, statements.camera, [session, account, home, camera]);
    if (row === undefined || more !== undefined) throw notFound();
    // Agents make the ids of their cameras: the same one may be in another home, too.
    prove({ ...cameraKeys(asked), cameraHome: home, pinHome: home }, row);
    return authority.mint({ what: 'camera' as const, ...cameraKeys(asked), agent: row.agent });
  };
}
