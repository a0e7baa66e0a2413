import { NightlatchError } from '@nightlatch/protocol/errors';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { call, onSignedOut } from '../api/client.ts';
import { onOtherTabs, tellOtherTabs } from './other-tabs.ts';
import { forgetSecrets, keepSecrets, keptSecrets } from './secrets.ts';
import { type Session, SessionContext, type SessionPlace } from './session.ts';

const ENDED = 'Your session has ended. Log in to go on. Nothing was lost.';
const NO_KEYS = 'This browser no longer holds your keys. Log in to make them again. Nothing was lost.';
const LEFT = 'You are logged out, and your keys are gone from this browser.';
const LEFT_UNTOLD =
  'Your keys are gone from this browser. The cloud could not be reached to end the session: end it under Settings when you log in again.';
const ANOTHER = 'This browser now belongs to another account. Log in to go on. Nothing was shown.';

/** Finds out who uses this browser: the cloud knows the session, and this browser holds the keys. Both must agree. */
async function whoIsHere(): Promise<Session> {
  try {
    const secrets = await keptSecrets();
    const account = await call('account.get');
    if (account.session.kind === 'recovery') return { state: 'signed-out', notice: null };
    if (secrets === null) return { state: 'signed-out', notice: NO_KEYS };
    if (secrets.account !== account.account) return { state: 'signed-out', notice: ANOTHER };
    return { state: 'signed-in', account, secrets, master: null };
  } catch (error) {
    if (error instanceof NightlatchError && error.kind === 'not-signed-in')
      return { state: 'signed-out', notice: null };
    return { state: 'unreachable', problem: error instanceof Error ? error.message : String(error) };
  }
}

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<Session>({ state: 'starting' });
  const newest = useRef(session);
  newest.current = session;

  const renew = useCallback(async () => {
    const found = await whoIsHere();
    const before = newest.current;
    // A cloud that is away for a moment logs nobody out.
    if (found.state === 'unreachable' && before.state === 'signed-in') return;
    // The master key lives only in this page's memory; asking again must not lose it.
    setSession(
      found.state === 'signed-in' &&
        before.state === 'signed-in' &&
        before.secrets.account === found.secrets.account
        ? { ...found, master: before.master }
        : found,
    );
  }, []);

  useEffect(() => {
    void renew();
    const leave = (notice: string) => {
      if (newest.current.state === 'signed-in') setSession({ state: 'signed-out', notice });
    };
    const ends = [
      onSignedOut(() => leave(ENDED)),
      // Pictures that were opened here must not outlast the log-out of another tab, with or without the cloud.
      onOtherTabs((news) => (news === 'left' ? leave(LEFT) : void renew())),
    ];
    // A page that comes back from the browser's memory shows what it showed before, whoever has left since.
    const back = ({ persisted }: PageTransitionEvent) => {
      if (persisted) void renew();
    };
    addEventListener('pageshow', back);
    return () => {
      removeEventListener('pageshow', back);
      for (const end of ends) end();
    };
  }, [renew]);

  const place = useMemo<SessionPlace>(
    () => ({
      session,
      renew,
      enter: (entered) => {
        void keepSecrets(entered.secrets).then(() => tellOtherTabs('entered'));
        setSession({ state: 'signed-in', ...entered });
      },
      forgetMaster: () => setSession((now) => (now.state === 'signed-in' ? { ...now, master: null } : now)),
      leave: async () => {
        await forgetSecrets();
        tellOtherTabs('left');
        // What was opened leaves the screen at once, however long the cloud takes to answer.
        setSession({ state: 'signed-out', notice: LEFT });
        await call('logout').catch(() => {
          if (newest.current.state === 'signed-out') setSession({ state: 'signed-out', notice: LEFT_UNTOLD });
        });
      },
    }),
    [session, renew],
  );
  return <SessionContext value={place}>{children}</SessionContext>;
}
