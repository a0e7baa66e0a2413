// An agent in a process of its own, to be killed: real disk, real network, and a camera that records on without end.
import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { runAgent } from '../../src/main.ts';
import { SURROUNDINGS } from '../../src/wiring.ts';
import { createFakeCameras, filled, recordingMessages } from './fake-camera.ts';
import { hastyClock } from './test-agent.ts';
import { until } from './until.ts';

const [serverUrl = '', dataDirectory = '', record = 'no'] = process.argv.slice(2);
const cameras = createFakeCameras();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.once('disconnect', () => stop.abort());
const running = runAgent(
  {
    serverUrl,
    dataDirectory,
    demo: true,
    pagePort: 0,
    log: pino({ level: 'silent' }),
    tell: (news) => process.connected && process.send?.(news),
  },
  stop.signal,
  { ...SURROUNDINGS, clock: hastyClock, startCamera: cameras.start },
);
if (record === 'record') {
  const camera = await until('an armed camera', () => [...cameras.running.values()].find((one) => one.armed));
  const messages = recordingMessages(camera.camera, 1, { startedAt: 5_000_000, seconds: 1, end: false });
  for (const message of messages) await camera.tell(message);
  for (let second = 1; ; second++) {
    const bytes = filled(3000, 0);
    bytes.set(randomBytes(2999), 1);
    bytes[0] = second % 251;
    await camera.tell({
      kind: 'fragment',
      recording: 1,
      bytes,
      atMilliseconds: second * 1000,
      keyFrame: true,
    });
    if (process.connected) process.send?.({ kind: 'told', fragments: second + 1 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (stop.signal.aborted) break;
  }
}
await running;
if (process.connected) process.disconnect();
