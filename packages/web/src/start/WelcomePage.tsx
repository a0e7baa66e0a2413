import { usePageTitle } from '../app/arrival.ts';
import { ButtonLink } from '../style/Button.tsx';
import './start.css';

/** What somebody sees who is not logged in and asked for nothing in particular. */
export function WelcomePage() {
  usePageTitle('Welcome');
  return (
    <div className="stack welcome">
      <h1>Your cameras. Your home. Your eyes only.</h1>
      <p className="lead">
        Nightlatch keeps what your cameras see, sealed at home with keys that only you hold. The cloud that
        stores it cannot look in, and cannot show it to anybody else by mistake.
      </p>
      <div className="stack">
        <ButtonLink href="/sign-up" wide>
          Make an account
        </ButtonLink>
        <ButtonLink href="/log-in" look="plain" wide>
          Log in
        </ButtonLink>
      </div>
    </div>
  );
}
