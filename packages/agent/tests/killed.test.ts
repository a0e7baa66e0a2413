import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openObject, startStubCloud } from './support/stub-cloud.ts';
import { pairTestAgent, startTestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

const AGENT = fileURLToPath(new URL('support/agent-process.ts', import.meta.url));

async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function startProcess(started: ChildProcess[], ...parameters: string[]): ChildProcess {
  const child = fork(AGENT, parameters, { stdio: 'inherit' });
  started.push(child);
  return child;
}

/** How many fragments the agent has taken, by its own count. */
const toldBy = (child: ChildProcess, atLeast: number): Promise<number> =>
  new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('fragments' in message)) return;
      const fragments = Number(message.fragments);
      if (fragments >= atLeast) resolve(fragments);
    });
  });

for (const away of [false, true]) {
  test(`kill -9 in the middle of a recording keeps all of it but the last moment (cloud ${away ? 'away' : 'there'})`, async (t) => {
    const started: ChildProcess[] = [];
    t.after(() => Promise.all(started.map(killAndWait)));
    const directory = await temporaryDirectory(t);
    const cloud = await startStubCloud(t);
    const first = await startTestAgent(cloud, directory);
    const household = await pairTestAgent(cloud, first);
    await first.stop();

    if (away) cloud.trouble = () => 'hang-up';
    const killed = startProcess(started, cloud.url, directory, 'record');
    const taken = await toldBy(killed, 30);
    if (!away)
      await until('a part of the clip', () =>
        [...cloud.objects.values()].some((one) => one.manifest.kind === 'clip' && one.bytes.length > 0),
      );
    await killAndWait(killed);
    const before = new Map([...cloud.objects].map(([id, object]) => [id, object.bytes]));
    cloud.trouble = null;

    startProcess(started, cloud.url, directory);
    const [event] = await until('delivery', () => cloud.completed.length === 1 && cloud.completed);
    const clip = cloud.objects.get(`${event}.clip.0`);
    assert.ok(clip);
    assert.equal(clip.manifest.state, 'interrupted');
    const opened = await openObject(clip, household);
    // The init segment, then every fragment that the agent had taken: a killed process leaves the kernel its writes.
    assert.ok(opened.length >= 1 + taken, `${opened.length} chunks of ${taken} fragments`);
    assert.equal(opened[taken]?.[0], (taken - 1) % 251);
    // Never encrypted again: what the cloud had before is how the clip still begins.
    const sent = before.get(`${event}.clip.0`) ?? Buffer.alloc(0);
    assert.ok(away || sent.length > 0);
    assert.ok(clip.bytes.subarray(0, sent.length).equals(sent));
  });
}
