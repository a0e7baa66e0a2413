import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { BenchContext } from '../../suite.ts';
import type { NumberedCamera } from '../numbered-camera.ts';
import { cpuSecondsOfTree } from '../process-cpu.ts';
import type { Player } from './player.ts';

const PROCESS = fileURLToPath(new URL('rtsp-relay-process.ts', import.meta.url));

/** The npm peer: rtsp-relay encodes the pictures as MPEG-1, and JSMpeg decodes them in JavaScript. */
export function rtspRelayPlayer(context: BenchContext, browser: Browser, camera: NumberedCamera): Player {
  return {
    name: 'rtsp-relay and JSMpeg',
    open: async () => {
      const relay = spawn(process.execPath, [PROCESS, camera.url], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = once(relay, 'close');
      const stop = async (): Promise<void> => {
        relay.kill('SIGTERM');
        await ended;
      };
      context.afterwards(stop);
      const [line] = await Promise.race([
        once(createInterface({ input: relay.stdout }), 'line'),
        ended.then(() => {
          throw new Error('rtsp-relay does not start');
        }),
      ]);
      const page = await browser.newPage();
      await page.goto(`http://localhost:${Number(/^ready (\d+)$/.exec(String(line))?.[1])}/`);
      return {
        page,
        selector: 'canvas',
        serverSeconds: () => cpuSecondsOfTree(relay.pid ?? 0),
        close: async () => {
          // Its FFmpeg ends when nobody watches; the process that started it has to be there for that.
          await page.close();
          await stop();
        },
      };
    },
  };
}
