// One case of one client, in a process of its own: a client that takes its process down takes nobody else's.
import path from 'node:path';
import { type CaseNews, CaseOrder } from './case-messages.ts';
import { CASES } from './cases.ts';
import { CLIENTS, loadAdapter } from './clients.ts';
import { layGround } from './ground.ts';

const tell = (news: CaseNews): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(news, () => resolve());
  });

async function run({ client, caseName, extent, seed }: CaseOrder): Promise<CaseNews> {
  const one = CASES.find(({ name }) => name === caseName);
  if (one === undefined) throw new Error(`there is no case "${caseName}"`);
  const adapter = await loadAdapter(path.join(CLIENTS, `${client}.ts`));
  await using ground = await layGround(adapter, extent, seed, one.settings);
  // Told before anything is let go of, which a broken client may not survive.
  const outcome = await one.run(ground);
  await tell({ kind: 'outcome', outcome, struck: ground.proxy.struck, loads: ground.origin.loads });
  return { kind: 'done' };
}

process.once('message', (message) => {
  run(CaseOrder.parse(message))
    .catch((error: unknown): CaseNews => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { kind: 'failed', text };
    })
    .then(tell)
    // Some clients leave timers behind that would keep the process alive.
    .finally(() => process.exit(0));
});
process.once('disconnect', () => process.exit(0));
