import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { Redis } from 'ioredis';
import type { BenchContext } from '../suite.ts';
import { freePort } from './ports.ts';

/** Debian's redis-server without persistence, and ioredis on it with its defaults. */
export async function startRedis({ afterwards }: BenchContext): Promise<Redis> {
  const port = await freePort();
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', settings, { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = once(child, 'error').then(() => {
    throw new Error('redis-server does not start. Install it: apt-get install redis-server');
  });
  await Promise.race([ready(child.stdout), failed]);
  afterwards(async () => {
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const redis = new Redis({ port, host: '127.0.0.1' });
  afterwards(() => redis.disconnect());
  return redis;
}

async function ready(output: NodeJS.ReadableStream): Promise<void> {
  for await (const chunk of output) if (String(chunk).includes('Ready to accept connections')) return;
  throw new Error('redis-server ended before it was ready');
}
