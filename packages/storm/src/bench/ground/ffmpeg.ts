import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** @throws Error with a sentence where Debian's FFmpeg is missing; only what it is compared with needs it */
export async function assertFfmpeg(): Promise<void> {
  const asked = spawn('ffmpeg', ['-version'], { stdio: 'ignore' });
  await once(asked, 'close').catch(() => {
    throw new Error(
      'There is no ffmpeg, which the live view is compared with. Install it: apt-get install ffmpeg',
    );
  });
}
