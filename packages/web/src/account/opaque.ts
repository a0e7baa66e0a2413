import { NightlatchError } from '@nightlatch/protocol/errors';
import { fromBase64Url } from '@nightlatch/vault/encoding';
import { z } from 'zod';
import type { OpaqueResult, OpaqueTask } from './opaque.worker.ts';

const Answer = z.union([
  z.object({
    result: z.object({ message: z.string(), state: z.string(), exportKey: z.string() }).nullable(),
  }),
  z.object({ failed: z.string() }),
]);

const broken = (cause: unknown) =>
  new NightlatchError(
    'internal',
    'The passphrase could not be worked on in this browser. Nothing was changed. Close other pages, reload this one and try again.',
    { cause },
  );

/** Runs OPAQUE in a worker of its own for one conversation; ending it gives the 128 MiB of the stretching back. */
function openOpaque() {
  const worker = new Worker(new URL('./opaque.worker.ts', import.meta.url), { type: 'module' });
  const perform = (task: OpaqueTask) =>
    new Promise<OpaqueResult | null>((resolve, reject) => {
      worker.onerror = (error) => reject(broken(error.message));
      worker.onmessage = (told) => {
        const answer = Answer.safeParse(told.data);
        if (answer.success && 'result' in answer.data) resolve(answer.data.result);
        else reject(broken(answer.success ? answer.data : answer.error));
      };
      worker.postMessage(task);
    });
  return { perform, [Symbol.dispose]: () => worker.terminate() };
}

type Step = (message: string) => Promise<string>;

/**
 * Registers a passphrase: `ask` sends the first message and gives the server's reply. Gives the record for the server
 * and the secret that wraps the master key. The server learns neither passphrase nor secret.
 */
export async function registerPassphrase(passphrase: string, ask: Step) {
  using opaque = openOpaque();
  const begun = await opaque.perform({ step: 'start-registration', passphrase });
  if (begun === null) throw broken('no start');
  const reply = await ask(begun.message);
  const done = await opaque.perform({ step: 'finish-registration', passphrase, state: begun.state, reply });
  if (done === null) throw broken('no end');
  return { registrationRecord: done.message, wrappingSecret: fromBase64Url(done.exportKey) };
}

/** Proves a passphrase. Null where it is wrong, or where the server does not know the account: nobody can tell. */
export async function provePassphrase(passphrase: string, ask: Step) {
  using opaque = openOpaque();
  const begun = await opaque.perform({ step: 'start-login', passphrase });
  if (begun === null) throw broken('no start');
  const reply = await ask(begun.message);
  const done = await opaque.perform({ step: 'finish-login', passphrase, state: begun.state, reply });
  return done && { finishLoginRequest: done.message, wrappingSecret: fromBase64Url(done.exportKey) };
}
