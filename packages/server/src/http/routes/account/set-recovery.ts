import { anotherAccount, signInAgain } from '../../../refusals.ts';
import { setRecovery } from '../../../sql/statements/accounts.ts';
import type { Handler } from '../../handler.ts';

/** Replacing a code takes a recent sign-in, so that a browser left open cannot be used to lock its owner out. */
export const handle: Handler<'account.set-recovery'> = async ({ database }, { caller, input }) => {
  if (input.account !== caller.account) throw anotherAccount();
  const [set] = await database.ask({ account: caller.account }, setRecovery, [
    caller.account,
    caller.session,
    input.recoveryProofHash,
    input.wrappedMasterKeyByRecovery,
  ]);
  if (set === undefined) throw signInAgain();
  return { done: true };
};
