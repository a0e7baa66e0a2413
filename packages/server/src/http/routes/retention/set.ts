import { notFound } from '../../../refusals.ts';
import { setCameraRetention, setHomeRetention } from '../../../sql/statements/retention.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'retention.set'> = async ({ database, gate }, { caller, params, input }) => {
  const { account, session } = caller;
  const { home } = params;
  const { bytesMax, cameras } = input;
  await database.transact({ account }, async (ask) => {
    await gate.owner({ session, account, home }, ask);
    await ask(setHomeRetention, [home, bytesMax]);
    const ids = cameras.map(({ camera }) => camera);
    const days = cameras.map((one) => one.days ?? 0);
    const set = await ask(setCameraRetention, [home, ids, days]);
    if (set.length !== cameras.length) throw notFound();
  });
  return { done: true };
};
