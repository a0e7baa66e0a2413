import { NightlatchError } from '@nightlatch/protocol/errors';
import * as opaque from '@serenity-kit/opaque';
import type { ServerKeys } from './server-keys.ts';

/** The server's side of OPAQUE (RFC 9807): it never sees a passphrase. `emailIndex` names whose passphrase it is. */
export interface Passphrases {
  /** Answers the first message of a registration. Throws `bad-input` for a message that is none. */
  register(emailIndex: string, registrationRequest: string): string;
  /** Answers the first message of a log-in; without a record it answers as if there were one. */
  start(
    emailIndex: string,
    record: string | undefined,
    startLoginRequest: string,
  ): { serverState: string; loginResponse: string };
  /** Whether the log-in's last message proves the passphrase. */
  finish(serverState: string, finishLoginRequest: string): boolean;
}

function orBadInput<Answer>(field: string, run: () => Answer): Answer {
  try {
    return run();
  } catch (cause) {
    throw new NightlatchError('bad-input', `${field} is not a message of OPAQUE. Nothing was changed.`, {
      cause,
    });
  }
}

export function makePassphrases(keys: ServerKeys): Passphrases {
  const serverSetup = keys.opaqueSetup;
  return {
    register: (userIdentifier, registrationRequest) =>
      orBadInput(
        'registrationRequest',
        () =>
          opaque.server.createRegistrationResponse({ serverSetup, userIdentifier, registrationRequest })
            .registrationResponse,
      ),
    start: (userIdentifier, registrationRecord, startLoginRequest) => {
      const { serverLoginState, loginResponse } = orBadInput('startLoginRequest', () =>
        opaque.server.startLogin({ serverSetup, userIdentifier, registrationRecord, startLoginRequest }),
      );
      return { serverState: serverLoginState, loginResponse };
    },
    finish: (serverLoginState, finishLoginRequest) => {
      try {
        opaque.server.finishLogin({ serverLoginState, finishLoginRequest });
        return true;
      } catch {
        return false;
      }
    },
  };
}
