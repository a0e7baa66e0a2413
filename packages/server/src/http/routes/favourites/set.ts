import { tellHome } from '../../../hub/hub.ts';
import { notFound } from '../../../refusals.ts';
import { cameraOfEvent, setFavourite } from '../../../sql/statements/retention.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'favourites.set'> = async ({ database, gate }, { caller, params }) => {
  const { account, session } = caller;
  const { home, event } = params;
  await database.transact({ account }, async (ask) => {
    await gate.member({ session, account, home }, ask);
    const [found] = await ask(cameraOfEvent, [home, event]);
    if (found === undefined) throw notFound();
    const [set] = await ask(setFavourite, [home, event, account]);
    if (set !== undefined) await tellHome(ask, home, { kind: 'event', event, camera: found.camera });
  });
  return { done: true };
};
