// The process of one camera. It learns its address and password over IPC, and FFmpeg says nothing on its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { withoutSecrets } from './address.ts';
import { openDemo } from './demo/demo.ts';
import { type CameraSource, Order } from './messages.ts';
import { createOutbox, OUTBOX_BYTES_MAX } from './outbox.ts';
import { openRtsp } from './rtsp.ts';
import { createCameraRun } from './run.ts';
import { SOURCE_LIMITS } from './source.ts';
import { createStateTeller } from './state.ts';

const ALIVE_EVERY_MILLISECONDS = 5_000;
/** EX_SOFTWARE of sysexits. */
const FAULT_EXIT_CODE = 70;

Log.setLevel(AV_LOG_QUIET);
const outbox = createOutbox((message) => process.send?.(message), OUTBOX_BYTES_MAX);

const opener = (source: CameraSource) => () =>
  source.kind === 'demo'
    ? openDemo({ seed: source.seed ?? 1, now: Date.now })
    : openRtsp(
        {
          url: source.url,
          ...(source.user === undefined ? {} : { user: source.user }),
          ...(source.password === undefined ? {} : { password: source.password }),
        },
        SOURCE_LIMITS,
      );

const stopping = new AbortController();
let run: ReturnType<typeof createCameraRun> | null = null;

function begin(order: Extract<Order, { kind: 'begin' }>) {
  run = createCameraRun({
    camera: order.camera,
    open: opener(order.source),
    firstRecording: order.firstRecording,
    armed: order.armed,
    emit: outbox.tell,
    emitLive: (live) => outbox.tell({ kind: 'live', live }),
    become: createStateTeller(Date.now, (state) => outbox.tell({ kind: 'state', state })),
    room: outbox.room,
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    sleep: (milliseconds) => sleep(milliseconds, undefined, { signal: stopping.signal }).catch(() => {}),
  });
  // Leaving the channel open until it is drained lets the last messages out before the process ends.
  run.run().then(
    () => process.disconnect(),
    (fault: unknown) => {
      const text = fault instanceof Error ? (fault.stack ?? fault.message) : 'unknown';
      outbox.tell({ kind: 'fault', text: withoutSecrets(text, order.source).slice(0, 2000) });
      process.exitCode = FAULT_EXIT_CODE;
      process.disconnect();
    },
  );
}

process.on('message', (message) => {
  const order = Order.parse(message);
  if (order.kind === 'begin') begin(order);
  else if (order.kind === 'arm') run?.setArmed(order.armed);
  else if (order.kind === 'live') run?.setLive(order.take);
  else if (order.kind === 'taken') outbox.taken(order.bytes);
  else {
    run?.stop();
    stopping.abort();
  }
});
// Without its supervisor nobody would seal what it records.
process.on('disconnect', () => process.exit());
setInterval(() => outbox.tell({ kind: 'alive' }), ALIVE_EVERY_MILLISECONDS);
