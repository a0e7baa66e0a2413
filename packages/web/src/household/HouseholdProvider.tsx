import { NightlatchError } from '@nightlatch/protocol/errors';
import { VaultError } from '@nightlatch/vault/errors';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useSession, useSignedIn } from '../account/session.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Progress } from '../style/Progress.tsx';
import { homeOf } from './create-home.ts';
import { type Household, HouseholdContext } from './household.ts';
import { openHousehold, reportTo } from './open-household.ts';
import { RefusedHome } from './RefusedHome.tsx';

type Opening =
  | { readonly state: 'opening' }
  | { readonly state: 'failed'; readonly problem: string }
  | { readonly state: 'refused' }
  | { readonly state: 'open'; readonly household: Household };

const reasonOf = (error: unknown): string => (error instanceof VaultError ? error.reason : 'broken-pin');

/** Opens the home of the signed-in account, and shows `children` only once its log has been verified. */
export function HouseholdProvider({ children }: { readonly children: ReactNode }) {
  const { renew } = useSession();
  const signedIn = useSignedIn();
  const [opening, setOpening] = useState<Opening>({ state: 'opening' });
  const entered = useRef(signedIn);
  entered.current = signedIn;
  const account = signedIn.account.account;

  const open = useCallback(() => {
    let left = false;
    const show = (next: Opening) => {
      // After a refusal nothing more is shown until the person asks to check again.
      if (!left) setOpening((now) => (now.state === 'refused' && next.state !== 'opening' ? now : next));
    };
    const begin = async () => {
      show({ state: 'opening' });
      const { account, secrets } = entered.current;
      const home = await homeOf(account, secrets);
      const refuse = (error: unknown) => {
        if (
          error instanceof NightlatchError ||
          (error instanceof DOMException && error.name === 'AbortError')
        )
          return;
        show({ state: 'refused' });
        void reportTo(home)({ what: 'home-log', asked: {}, reason: reasonOf(error) });
      };
      try {
        const change = (household: Household) => show({ state: 'open', household });
        change(await openHousehold(entered.current, home, { change, refused: refuse }));
      } catch (error) {
        if (error instanceof NightlatchError) throw error;
        refuse(error);
      }
      if (account.homes.length === 0) await renew();
    };
    begin().catch((error: unknown) =>
      show({ state: 'failed', problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      left = true;
    };
  }, [renew]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another account is another home, to be opened anew.
  useEffect(() => open(), [open, account]);

  if (opening.state === 'opening') return <Progress page label="Opening your home…" />;
  if (opening.state === 'refused') return <RefusedHome onRetry={open} />;
  if (opening.state === 'failed')
    return (
      <div className="narrow stack">
        <h1 tabIndex={-1}>Your home could not be opened</h1>
        <Banner look="warn">{opening.problem}</Banner>
        <div className="row">
          <Button onClick={open}>Try again</Button>
        </div>
      </div>
    );
  return <HouseholdContext value={opening.household}>{children}</HouseholdContext>;
}
