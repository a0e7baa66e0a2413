import { client, ready } from '@serenity-kit/opaque';
import { KEY_STRETCHING, normalPassphrase } from './stretching.ts';

/** One step of OPAQUE (RFC 9807) on the client's side; `reply` is the text that the server answered with. */
export type OpaqueTask =
  | { readonly step: 'start-registration'; readonly passphrase: string }
  | {
      readonly step: 'finish-registration';
      readonly passphrase: string;
      readonly state: string;
      readonly reply: string;
    }
  | { readonly step: 'start-login'; readonly passphrase: string }
  | {
      readonly step: 'finish-login';
      readonly passphrase: string;
      readonly state: string;
      readonly reply: string;
    };

/** What goes to the server, what stays here for the next step, and at the end the key that wraps the master key. */
export interface OpaqueResult {
  readonly message: string;
  readonly state: string;
  readonly exportKey: string;
}

/** Null where the passphrase does not fit the server's answer. */
function perform(task: OpaqueTask): OpaqueResult | null {
  const password = normalPassphrase(task.passphrase);
  switch (task.step) {
    case 'start-registration': {
      const begun = client.startRegistration({ password });
      return { message: begun.registrationRequest, state: begun.clientRegistrationState, exportKey: '' };
    }
    case 'finish-registration': {
      const done = client.finishRegistration({
        password,
        clientRegistrationState: task.state,
        registrationResponse: task.reply,
        keyStretching: KEY_STRETCHING,
      });
      return { message: done.registrationRecord, state: '', exportKey: done.exportKey };
    }
    case 'start-login': {
      const begun = client.startLogin({ password });
      return { message: begun.startLoginRequest, state: begun.clientLoginState, exportKey: '' };
    }
    case 'finish-login': {
      const done = client.finishLogin({
        password,
        clientLoginState: task.state,
        loginResponse: task.reply,
        keyStretching: KEY_STRETCHING,
      });
      return done === undefined
        ? null
        : { message: done.finishLoginRequest, state: '', exportKey: done.exportKey };
    }
  }
}

// Stretching takes a second or more, and here it does not hold up the page.
self.onmessage = async (asked: MessageEvent<OpaqueTask>) => {
  await ready;
  try {
    self.postMessage({ result: perform(asked.data) });
  } catch (error) {
    self.postMessage({ failed: error instanceof Error ? error.message : String(error) });
  }
};
