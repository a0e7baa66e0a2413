import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { listenTo } from './support/rtsp-listener.ts';
import { startRtspServer } from './support/rtsp-server.ts';

const PASSWORD = 'geheim-7/@:x';

describe('credentials of a camera', { concurrency: true }, () => {
  for (const auth of ['basic', 'digest']) {
    it(`gets in by ${auth} authentication, whatever characters the password has`, async () => {
      await using server = await startRtspServer({ auth, user: 'anna', password: PASSWORD });
      await using listener = listenTo({ kind: 'rtsp', url: server.url, user: 'anna', password: PASSWORD });
      await listener.state('watching');
    });

    it(`says that the password was refused, by ${auth} authentication`, async () => {
      await using server = await startRtspServer({ auth, user: 'anna', password: PASSWORD });
      await using listener = listenTo({ kind: 'rtsp', url: server.url, user: 'anna', password: 'wrong' });
      await listener.state('offline', 'password-refused');
    });
  }

  it('gets in with credentials in the URL', async () => {
    await using server = await startRtspServer({ auth: 'digest', user: 'anna', password: PASSWORD });
    const url = server.url.replace('//', `//anna:${encodeURIComponent(PASSWORD)}@`);
    await using listener = listenTo({ kind: 'rtsp', url });
    await listener.state('watching');
  });

  it('shows the password neither in arguments nor environment nor log of the process', async () => {
    await using server = await startRtspServer({ auth: 'basic', user: 'anna', password: PASSWORD });
    await using listener = listenTo({ kind: 'rtsp', url: server.url, user: 'anna', password: PASSWORD });
    await listener.state('watching');
    const { processId } = listener.camera;
    assert.ok(processId);
    for (const file of ['cmdline', 'environ']) {
      const text = readFileSync(`/proc/${processId}/${file}`, 'latin1');
      assert.ok(!text.includes('geheim') && !text.includes('rtsp:'), file);
    }
    process.kill(processId, 'SIGKILL');
    await listener.state('offline', 'internal');
    assert.ok(listener.logged.length > 0);
    assert.ok(!listener.logged.join().includes('geheim'));
  });
});

describe('a camera that cannot be watched says why', { concurrency: true }, () => {
  it('by a path that is not there', async () => {
    await using server = await startRtspServer();
    await using listener = listenTo({ kind: 'rtsp', url: `${server.url}-two` });
    await listener.state('offline', 'not-found');
  });

  it('by a codec other than H.264', async () => {
    await using server = await startRtspServer({ codec: 'h265' });
    await using listener = listenTo({ kind: 'rtsp', url: server.url });
    await listener.state('offline', 'unsupported-codec');
  });

  it('by a server that is not there, and watches when it comes; and again after it went away', async () => {
    const first = await startRtspServer();
    await first.stop();
    await using listener = listenTo({ kind: 'rtsp', url: first.url });
    const { state: offline } = await listener
      .until('unreachable', (told) =>
        told.find((message) => message.kind === 'state' && message.state.reason === 'unreachable'),
      )
      .then((message) => (message.kind === 'state' ? message : assert.fail()));
    assert.equal(offline.state, 'offline');
    const second = await startRtspServer({ port: first.port });
    await listener.state('watching');
    const seen = listener.told.length;
    await second.stop();
    await listener.until(
      'offline',
      (told) => told.find((message) => message.kind === 'state' && message.state.state === 'offline'),
      seen,
    );
    await using _third = await startRtspServer({ port: first.port });
    await listener.state('watching', null, seen);
  });

  it('by a stream that ends', async () => {
    await using server = await startRtspServer({ 'end-after-frames': 60 });
    await using listener = listenTo({ kind: 'rtsp', url: server.url });
    await listener.state('watching');
    await listener.state('offline', 'stream-ended');
  });

  it('by a stream that stands still for ten seconds with its connection open', async () => {
    await using server = await startRtspServer();
    await using listener = listenTo({ kind: 'rtsp', url: server.url });
    await listener.state('watching');
    server.freeze();
    await listener.state('offline', 'stream-stalled');
  });

  it('by its key: not armed, it watches, records nothing and says that it waits', async () => {
    await using server = await startRtspServer({ moves: '1-1000' });
    await using listener = listenTo({ kind: 'rtsp', url: server.url }, { armed: false });
    await listener.state('waiting-for-key');
    listener.camera.setArmed(true);
    await listener.state('watching');
  });
});
