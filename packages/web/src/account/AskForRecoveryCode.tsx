import { Link, useLocation } from 'wouter';
import { Banner } from '../style/Banner.tsx';
import { useSignedIn } from './session.ts';

/** Stands on every page until a recovery code has been confirmed, but where it is being made or asked for anyway. */
export function AskForRecoveryCode() {
  const { account } = useSignedIn();
  const [path] = useLocation();
  const isAskedThere = path === '/recovery-code' || path === '/' || path === '/settings';
  if (account.wrappedMasterKeyByRecovery !== null || isAskedThere) return null;
  return (
    <div className="asked">
      <Banner look="warn">
        <p>
          You have no recovery code yet. Without it, a forgotten passphrase locks you out for good.{' '}
          <Link href="/recovery-code">Make one now</Link>
        </p>
      </Banner>
    </div>
  );
}
