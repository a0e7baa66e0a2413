import { tellHome } from '../../../hub/hub.ts';
import { notFound } from '../../../refusals.ts';
import { cameraOfEvent, unsetFavourite } from '../../../sql/statements/retention.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'favourites.unset'> = async ({ database, gate }, { caller, params }) => {
  const { account, session } = caller;
  const { home, event } = params;
  await database.transact({ account }, async (ask) => {
    await gate.member({ session, account, home }, ask);
    const [found] = await ask(cameraOfEvent, [home, event]);
    if (found === undefined) throw notFound();
    const [unset] = await ask(unsetFavourite, [home, event]);
    if (unset !== undefined) await tellHome(ask, home, { kind: 'event', event, camera: found.camera });
  });
  return { done: true };
};
