import { useSession, useSignedIn } from '../account/session.ts';
import { useAction } from '../app/action.ts';
import { usePageTitle } from '../app/arrival.ts';
import { Banner } from '../style/Banner.tsx';
import { Button, ButtonLink } from '../style/Button.tsx';
import { Card } from '../style/Card.tsx';
import { ChangePassphrase } from './ChangePassphrase.tsx';
import { HowItIsKept } from './HowItIsKept.tsx';
import { SessionList } from './SessionList.tsx';
import { WhatIsKept } from './WhatIsKept.tsx';
import './settings.css';

function AccountCard() {
  const { account } = useSignedIn();
  const { leave } = useSession();
  const { busy, run } = useAction();
  return (
    <Card title="Account">
      <p className="email">{account.email}</p>
      <div className="row">
        <Button look="plain" busy={busy} onClick={() => run(leave)}>
          Log out
        </Button>
      </div>
    </Card>
  );
}

function RecoveryCard() {
  const { account } = useSignedIn();
  const has = account.wrappedMasterKeyByRecovery !== null;
  return (
    <Card title="Recovery code">
      {has ? (
        <p className="quiet">
          You have one. If the paper got lost or somebody saw it, make a new one: the old one ends.
        </p>
      ) : (
        <Banner look="warn">
          You have none yet. Without it, a forgotten passphrase locks you out for good: nobody else holds your
          keys.
        </Banner>
      )}
      <div className="row">
        <ButtonLink href="/recovery-code" look={has ? 'plain' : 'main'}>
          {has ? 'Make a new code' : 'Make a recovery code'}
        </ButtonLink>
      </div>
    </Card>
  );
}

export function SettingsPage() {
  usePageTitle('Settings');
  return (
    <div className="narrow stack settings">
      <h1>Settings</h1>
      <AccountCard />
      <WhatIsKept />
      <ChangePassphrase />
      <RecoveryCard />
      <SessionList />
      <HowItIsKept />
    </div>
  );
}
