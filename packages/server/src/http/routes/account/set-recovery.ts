import { anotherAccount, signInAgain } from '../../../refusals.ts';
import { lockAccount, setRecovery } from '../../../sql/statements/accounts.ts';
import type { Handler } from '../../handler.ts';

/** Replacing a code takes a recent sign-in, so that a browser left open cannot be used to lock its owner out. */
export const handle: Handler<'account.set-recovery'> = async ({ database }, { caller, input }) => {
  const { account, session } = caller;
  if (input.account !== account) throw anotherAccount();
  await database.transact({ account }, async (ask) => {
    await ask(lockAccount, [account]);
    const { recoveryProofHash, wrappedMasterKeyByRecovery } = input;
    const [set] = await ask(setRecovery, [account, session, recoveryProofHash, wrappedMasterKeyByRecovery]);
    if (set === undefined) throw signInAgain();
  });
  return { done: true };
};
