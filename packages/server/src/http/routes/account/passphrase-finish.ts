import { anotherAccount, signInAgain } from '../../../refusals.ts';
import { lockAccount, setPassphrase } from '../../../sql/statements/accounts.ts';
import { endOtherSessions, makeSessionFull } from '../../../sql/statements/sessions.ts';
import type { Handler } from '../../handler.ts';

/** Every other session ends: whoever knew the old passphrase is out. */
export const handle: Handler<'passphrase.finish'> = async ({ database }, { caller, input }) => {
  const { account, session } = caller;
  if (input.account !== account) throw anotherAccount();
  await database.transact({ account }, async (ask) => {
    await ask(lockAccount, [account]);
    const [set] = await ask(setPassphrase, [
      account,
      session,
      input.registrationRecord,
      input.wrappedMasterKey,
    ]);
    if (set === undefined) throw signInAgain();
    await ask(makeSessionFull, [account, session]);
    await ask(endOtherSessions, [account, session]);
  });
  return { done: true };
};
