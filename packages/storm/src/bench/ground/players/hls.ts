import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import type { BenchContext } from '../../suite.ts';
import { newDirectory } from '../cloud-process.ts';
import type { NumberedCamera } from '../numbered-camera.ts';
import { cpuSecondsOfTree } from '../process-cpu.ts';
import { startFiles } from '../static-files.ts';
import type { Player } from './player.ts';

/**
 * The shortest segments that FFmpeg's HLS writes without encoding again: it cuts between key frames too, which the
 * browser's decoder takes once it has had one. Its muxer knows no parts (EXT-X-PART), so this is its lowest latency.
 */
const SEGMENT_SECONDS = '0.2';
const SEGMENTS = '10';
const START_MILLISECONDS_MAX = 20_000;

const parametersOf = (camera: NumberedCamera, playlist: string): string[] => [
  ...['-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer', '-flags', 'low_delay'],
  ...['-rtsp_transport', 'tcp', '-i', camera.url, '-an', '-c:v', 'copy', '-flush_packets', '1'],
  ...[
    '-f',
    'hls',
    '-hls_init_time',
    SEGMENT_SECONDS,
    '-hls_time',
    SEGMENT_SECONDS,
    '-hls_list_size',
    SEGMENTS,
  ],
  ...[
    '-hls_segment_type',
    'fmp4',
    '-hls_flags',
    'split_by_time+delete_segments+independent_segments',
    playlist,
  ],
];

/** Of the settings that were tried the quickest that plays without a break: half a second nearer, it stalls all the time. */
const PAGE = `<!doctype html><title>HLS</title>
<video muted autoplay playsinline style="width: 100%"></video>
<script src="/hls.min.js"></script>
<script>
  const player = new Hls({
    lowLatencyMode: true,
    liveSyncDurationCount: 1,
    liveMaxLatencyDurationCount: 3,
    maxLiveSyncPlaybackRate: 2,
    backBufferLength: 4,
  });
  player.attachMedia(document.querySelector('video'));
  player.loadSource('/live/live.m3u8');
</script>`;

/** FFmpeg's HLS with the shortest segments it can make of the camera's own pictures, played by hls.js. */
export async function hlsPlayer(
  context: BenchContext,
  browser: Browser,
  camera: NumberedCamera,
): Promise<Player> {
  const root = await newDirectory(context);
  const library = path.dirname(path.dirname(import.meta.resolve('hls.js').slice('file://'.length)));
  const files = await startFiles(context, {
    page: PAGE,
    files: { '/hls.min.js': path.join(library, 'dist/hls.min.js') },
    folder: { at: '/live/', directory: root },
  });
  return {
    name: 'FFmpeg HLS and hls.js',
    open: async () => {
      await rm(root, { recursive: true, force: true });
      await mkdir(root);
      const ffmpeg = spawn('ffmpeg', parametersOf(camera, path.join(root, 'live.m3u8')), {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = once(ffmpeg, 'close');
      const stop = async (): Promise<void> => {
        ffmpeg.kill('SIGKILL');
        await ended;
      };
      context.afterwards(stop);
      await files.untilThere('/live/live.m3u8', START_MILLISECONDS_MAX, context.signal);
      const page = await browser.newPage();
      await page.goto(files.url);
      return {
        page,
        selector: 'video',
        serverSeconds: () => cpuSecondsOfTree(ffmpeg.pid ?? 0),
        close: async () => {
          await page.close();
          await stop();
        },
      };
    },
  };
}
