import { createHash, randomBytes } from 'node:crypto';
import * as opaque from '@serenity-kit/opaque';
import type { LightMyRequestResponse } from 'fastify';
import { type Browser, randomText } from './cloud.ts';

// As cheap as Argon2id goes: how slow guessing is does not belong to the server's tests.
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } };

export interface Person {
  readonly email: string;
  readonly passphrase: string;
  readonly keys: { signingKey: string; sealingKey: string };
  readonly wrappedMasterKey: string;
  readonly recoveryProof: string;
}

let count = 0;

export const newPerson = (given: Partial<Person> = {}): Person => {
  count += 1;
  return {
    email: `person-${count}@example.org`,
    passphrase: `correct horse ${count}`,
    keys: { signingKey: randomText(32), sealingKey: randomText(32) },
    wrappedMasterKey: randomText(60),
    recoveryProof: randomText(32),
    ...given,
  };
};

export const hashOf = (value: string): string =>
  createHash('sha256').update(Buffer.from(value, 'base64url')).digest('base64url');

interface Answers {
  readonly start: LightMyRequestResponse;
  readonly finish: LightMyRequestResponse;
}

async function register(
  passphrase: string,
  ask: (registrationRequest: string) => Promise<LightMyRequestResponse>,
) {
  await opaque.ready;
  const { clientRegistrationState, registrationRequest } = opaque.client.startRegistration({
    password: passphrase,
  });
  const start = await ask(registrationRequest);
  const { registrationResponse } = start.json();
  const { registrationRecord, exportKey } = opaque.client.finishRegistration({
    clientRegistrationState,
    registrationResponse,
    password: passphrase,
    keyStretching,
  });
  return { start, registrationRecord, exportKey };
}

export async function signUp(browser: Browser, person: Person): Promise<Answers & { exportKey: string }> {
  const { start, registrationRecord, exportKey } = await register(person.passphrase, (registrationRequest) =>
    browser.call('signup.start', { input: { email: person.email, registrationRequest } }),
  );
  const finish = await browser.call('signup.finish', {
    input: {
      email: person.email,
      registrationRecord,
      keys: person.keys,
      wrappedMasterKey: person.wrappedMasterKey,
    },
  });
  return { start, finish, exportKey };
}

/** `exportKey` is undefined where the passphrase is wrong; the last message is then made up. */
export async function logIn(
  browser: Browser,
  { email, passphrase }: Pick<Person, 'email' | 'passphrase'>,
): Promise<Answers & { exportKey: string | undefined }> {
  await opaque.ready;
  const { clientLoginState, startLoginRequest } = opaque.client.startLogin({ password: passphrase });
  const start = await browser.call('login.start', { input: { email, startLoginRequest } });
  const { login, loginResponse } = start.json();
  const done = opaque.client.finishLogin({
    clientLoginState,
    loginResponse,
    password: passphrase,
    keyStretching,
  });
  const finishLoginRequest = done?.finishLoginRequest ?? randomBytes(64).toString('base64url');
  const finish = await browser.call('login.finish', { input: { login, finishLoginRequest } });
  return { start, finish, exportKey: done?.exportKey };
}

const accountOf = async (browser: Browser): Promise<string> =>
  (await browser.call('account.get')).json().account;

export async function changePassphrase(
  browser: Browser,
  passphrase: string,
  wrappedMasterKey: string = randomText(60),
): Promise<Answers> {
  const account = await accountOf(browser);
  const { start, registrationRecord } = await register(passphrase, (registrationRequest) =>
    browser.call('passphrase.start', { input: { account, registrationRequest } }),
  );
  const finish = await browser.call('passphrase.finish', {
    input: { account, registrationRecord, wrappedMasterKey },
  });
  return { start, finish };
}

export const setRecovery = async (browser: Browser, person: Person): Promise<LightMyRequestResponse> =>
  browser.call('account.set-recovery', {
    input: {
      account: await accountOf(browser),
      recoveryProofHash: hashOf(person.recoveryProof),
      wrappedMasterKeyByRecovery: randomText(60),
    },
  });

export const recover = (
  browser: Browser,
  { email, recoveryProof }: Pick<Person, 'email' | 'recoveryProof'>,
): Promise<LightMyRequestResponse> => browser.call('recovery.start', { input: { email, recoveryProof } });
