import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentNews } from './agent-news.ts';

function screen() {
  const shown: string[] = [];
  const news = agentNews({
    pairingCode: (code) => shown.push(code),
    line: (text) => shown.push(text.trim()),
  });
  return { news, shown };
}
const camera = (state: string, reason: string | null = null) => ({
  kind: 'camera-state',
  camera: 'cam_1',
  state: { state, since: 0, reason },
});

test('the newest pairing code waits for its place on the screen, and each is shown once', () => {
  const { news, shown } = screen();
  for (const code of ['A', 'B']) news.hear({ kind: 'pairing-code', code });
  assert.deepEqual(shown, []);
  news.showFromNowOn();
  for (const code of ['B', 'C']) news.hear({ kind: 'pairing-code', code });
  assert.deepEqual(shown, ['B', 'C']);
});

test('a code that was used before there was a place for it is not shown', () => {
  const { news, shown } = screen();
  news.hear({ kind: 'pairing-code', code: 'A' });
  news.hear({ kind: 'paired', home: 'home_1' });
  news.showFromNowOn();
  assert.deepEqual(shown, ['✓ The agent is paired with a home']);
});

test('a camera that goes offline is told with its reason, once, and so is its return', () => {
  const { news, shown } = screen();
  news.showFromNowOn();
  for (const state of [
    camera('watching'),
    camera('offline', 'password-refused'),
    camera('connecting'),
    camera('offline', 'password-refused'),
    camera('watching'),
    camera('recording'),
  ])
    news.hear(state);
  assert.deepEqual(shown, ['! The camera is offline: password refused', '✓ The camera is back']);
});

test('whatever else a process sends is passed over', () => {
  const { news, shown } = screen();
  news.showFromNowOn();
  for (const message of [null, 'pairing-code', { kind: 'pairing-code', code: 7 }, { kind: 'new' }])
    news.hear(message);
  assert.deepEqual(shown, []);
});
