import { NightlatchError } from '@nightlatch/protocol/errors';

/** One answer for what does not exist and for what the caller may not know of: its words are the same, too. */
export const notFound = (): NightlatchError =>
  new NightlatchError('not-found', 'There is nothing here that you may see.');

/** One answer for no session, an ended one, and one that never was. */
export const notSignedIn = (): NightlatchError =>
  new NightlatchError('not-signed-in', 'You are not signed in. Nothing was changed; sign in and try again.');

export const signInAgain = (): NightlatchError =>
  new NightlatchError(
    'sign-in-again',
    'This needs a recent sign-in. Nothing was changed; sign in again and repeat it.',
  );

/** What was sent is for another account than the session's. */
export const anotherAccount = (): NightlatchError =>
  new NightlatchError(
    'conflict',
    'This browser is signed in to another account by now. Nothing was changed; sign in again and repeat it.',
  );

/** One answer for an unknown address, a wrong passphrase, a wrong code and a log-in that took too long. */
export const wrongCredentials = (): NightlatchError =>
  new NightlatchError(
    'wrong-credentials',
    'That did not open an account. Check the address and what you typed.',
  );

export const storageFull = (cause?: unknown): NightlatchError =>
  new NightlatchError(
    'storage-full',
    'The disk of the cloud is full. What had arrived before is kept, and the agent keeps the rest; make room.',
    { cause, retryAfterSeconds: 60 },
  );
