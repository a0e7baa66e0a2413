import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { assertFree, freeLoopbackPort } from './ports.ts';

test('a port in use is told with the flag that chooses another; a free one is left free', async () => {
  const port = await freeLoopbackPort();
  await assertFree(port, '127.0.0.1', '--port');
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await assert.rejects(assertFree(port, '127.0.0.1', '--port'), /in use.*--port/);
  server.close();
});
