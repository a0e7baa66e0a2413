import {
  type Account,
  AccountKeys,
  LoginFinish,
  LoginStart,
  PassphraseFinish,
  PassphraseStart,
  RecoverySet,
  RecoveryStart,
  SignupFinish,
  SignupStart,
} from '@nightlatch/protocol/accounts';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { type HomeId, newLoginId, newSessionId, type RandomBytes, SessionId } from '@nightlatch/protocol/ids';
import type { RouteName } from '@nightlatch/protocol/routes';
import { accountIdOfKey, deriveAccountKeys, newMasterKey } from '@nightlatch/vault/account';
import { fromBase64Url, hashBytes, toBase64Url } from '@nightlatch/vault/encoding';
import { server as opaque, ready } from '@serenity-kit/opaque';
import type { Asked, StubHandler } from './stub-cloud.ts';

type StubAccount = Omit<Account, 'session' | 'homes'> & { record: string; proofHash: string | null };
interface StubSession {
  readonly session: SessionId;
  readonly kind: 'full' | 'recovery';
  readonly startedAt: number;
  readonly account: StubAccount;
}
export interface HomesByAccount {
  readonly homesOf: (account: string) => { home: HomeId; role: 'owner' }[];
}

/** Accounts, log-ins and sessions of the stub, with real OPAQUE. */
export async function accountsOfStub(random: RandomBytes) {
  await ready;
  const setup = opaque.createSetup();
  const byEmail = new Map<string, StubAccount>();
  const sessions = new Map<string, StubSession>();
  const logins = new Map<string, { state: string; account: StubAccount | undefined }>();

  const here = ({ cookie }: Asked): StubSession => {
    const session = cookie === null ? undefined : sessions.get(cookie);
    if (session === undefined) throw new NightlatchError('not-signed-in', 'You are not logged in.');
    return session;
  };
  const begin = (asked: Asked, account: StubAccount, kind: StubSession['kind']): StubSession => {
    const token = toBase64Url(random(32));
    const session = { session: newSessionId(random), kind, startedAt: Date.now(), account };
    sessions.set(token, session);
    asked.setCookie(token);
    return session;
  };
  const register = (email: string, registrationRequest: string) =>
    opaque.createRegistrationResponse({ serverSetup: setup, userIdentifier: email, registrationRequest });
  const wrong = () => new NightlatchError('wrong-credentials', 'That is not right.');

  const handlers = (homes: HomesByAccount): Partial<Record<RouteName, StubHandler>> => {
    const answer = ({ session, kind, startedAt, account }: StubSession): Account => ({
      account: account.account,
      email: account.email,
      keys: account.keys,
      wrappedMasterKey: account.wrappedMasterKey,
      wrappedMasterKeyByRecovery: account.wrappedMasterKeyByRecovery,
      session: { session, kind, startedAt },
      homes: homes.homesOf(account.account),
    });
    return {
      'signup.start': ({ input }) => {
        const { email, registrationRequest } = SignupStart.parse(input);
        return register(email, registrationRequest);
      },
      'signup.finish': async ({ input }) => {
        const { email, registrationRecord: record, keys, wrappedMasterKey } = SignupFinish.parse(input);
        const account = await accountIdOfKey(AccountKeys.parse(keys).signingKey);
        const made = {
          account,
          email,
          keys,
          wrappedMasterKey,
          wrappedMasterKeyByRecovery: null,
          record,
          proofHash: null,
        };
        if (!byEmail.has(email)) byEmail.set(email, made);
        return { accepted: true };
      },
      'login.start': ({ input }) => {
        const { email, startLoginRequest } = LoginStart.parse(input);
        const account = byEmail.get(email);
        const begun = opaque.startLogin({
          serverSetup: setup,
          userIdentifier: email,
          registrationRecord: account?.record,
          startLoginRequest,
        });
        const login = newLoginId(random);
        logins.set(login, { state: begun.serverLoginState, account });
        return { login, loginResponse: begun.loginResponse };
      },
      'login.finish': (asked) => {
        const { login, finishLoginRequest } = LoginFinish.parse(asked.input);
        const begun = logins.get(login);
        if (begun?.account === undefined) throw wrong();
        try {
          opaque.finishLogin({ serverLoginState: begun.state, finishLoginRequest });
        } catch {
          throw wrong();
        }
        return answer(begin(asked, begun.account, 'full'));
      },
      'recovery.start': async (asked) => {
        const { email, recoveryProof } = RecoveryStart.parse(asked.input);
        const account = byEmail.get(email);
        if (!account?.proofHash || account.proofHash !== (await hashBytes(fromBase64Url(recoveryProof))))
          throw wrong();
        return answer(begin(asked, account, 'recovery'));
      },
      logout: (asked) => {
        if (asked.cookie !== null) sessions.delete(asked.cookie);
        asked.setCookie(null);
        return { done: true };
      },
      'account.get': (asked) => answer(here(asked)),
      'account.set-recovery': (asked) => {
        const { recoveryProofHash, wrappedMasterKeyByRecovery } = RecoverySet.parse(asked.input);
        Object.assign(here(asked).account, { proofHash: recoveryProofHash, wrappedMasterKeyByRecovery });
        return { done: true };
      },
      'passphrase.start': (asked) =>
        register(here(asked).account.email, PassphraseStart.parse(asked.input).registrationRequest),
      'passphrase.finish': (asked) => {
        const { registrationRecord: record, wrappedMasterKey } = PassphraseFinish.parse(asked.input);
        const { account } = here(asked);
        Object.assign(account, { record, wrappedMasterKey });
        for (const [token, other] of sessions)
          if (other.account === account && token !== asked.cookie) sessions.delete(token);
        return { done: true };
      },
      'sessions.list': (asked) => {
        const mine = here(asked);
        const listed = [...sessions.values()].filter(({ account }) => account === mine.account);
        return {
          sessions: listed.map((one) => ({
            session: one.session,
            device: 'Chrome on Linux',
            startedAt: one.startedAt,
            lastSeenAt: Date.now(),
            current: one === mine,
          })),
        };
      },
      'sessions.end': (asked) => {
        const ended = SessionId.parse(asked.params.session);
        for (const [token, { session }] of sessions) if (session === ended) sessions.delete(token);
        return { done: true };
      },
    };
  };
  /** An account with a confirmed recovery code and a session, by keys alone: nobody can log in to it. */
  const addEntered = async (email: string) => {
    const master = newMasterKey(random);
    const { account, keys } = await deriveAccountKeys(master);
    const wrapped = toBase64Url(random(60));
    const made: StubAccount = {
      account,
      email,
      keys,
      wrappedMasterKey: wrapped,
      wrappedMasterKeyByRecovery: wrapped,
      record: '',
      proofHash: null,
    };
    byEmail.set(email, made);
    const token = toBase64Url(random(32));
    sessions.set(token, {
      session: newSessionId(random),
      kind: 'full',
      startedAt: Date.now(),
      account: made,
    });
    return { master: toBase64Url(master), token };
  };
  return { handlers, byEmail, sessions, here, addEntered };
}
export type AccountsOfStub = Awaited<ReturnType<typeof accountsOfStub>>;
