import type { House } from '../house.ts';
import { cpuSecondsOfTree } from '../process-cpu.ts';
import type { Player } from './player.ts';

/** The picture of a camera in the list of cameras, which opens its live view. */
export const CAMERA_TILE = 'a.latest';

/** The live view of the web app, sealed by the agent and opened in the page. */
export function nightlatchPlayer({ home, agentProcessId, cloudProcessId }: House): Player {
  return {
    name: 'live view',
    open: async () => {
      const page = await home.newPage();
      await page.goto('/cameras');
      await page.locator(CAMERA_TILE).first().click();
      await page.locator('video').first().waitFor({ state: 'attached' });
      return {
        page,
        selector: 'video',
        // The agent watches for motion and the cloud takes its reports all the while: that is counted too.
        serverSeconds: async () =>
          (await cpuSecondsOfTree(agentProcessId)) + (await cpuSecondsOfTree(cloudProcessId)),
        close: () => page.close(),
      };
    },
  };
}
