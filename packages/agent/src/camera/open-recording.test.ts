import assert from 'node:assert/strict';
import { it } from 'node:test';
import { newCameraId } from '@nightlatch/protocol/ids';
import { createOpenRecording } from './open-recording.ts';

it('ends a recording for a process that died, at its last fragment, and once', () => {
  const open = createOpenRecording();
  assert.equal(open.nextNumber, 1);
  open.follow({
    kind: 'start',
    recording: 4,
    start: {
      camera: newCameraId((count) => new Uint8Array(count)),
      startedAt: 1000,
      mediaType: 'video/mp4',
      widthPixels: 1,
      heightPixels: 1,
      hasAudio: false,
      motionBox: null,
    },
  });
  const bytes = new Uint8Array(1);
  open.follow({ kind: 'fragment', recording: 4, bytes, atMilliseconds: 700, keyFrame: true });
  assert.deepEqual(open.interrupted(), { kind: 'end', recording: 4, endedAt: 1700 });
  assert.equal(open.interrupted(), null);
  assert.equal(open.nextNumber, 5);
});
