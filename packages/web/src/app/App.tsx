import { Redirect, Route, Switch } from 'wouter';
import { LogInPage } from '../account/LogInPage.tsx';
import { RecoverPage } from '../account/RecoverPage.tsx';
import { RecoveryCodePage } from '../account/RecoveryCodePage.tsx';
import { SessionProvider } from '../account/SessionProvider.tsx';
import { SignUpPage } from '../account/SignUpPage.tsx';
import { useSession } from '../account/session.ts';
import { CamerasPage } from '../cameras/CamerasPage.tsx';
import { EventsPage } from '../events/EventsPage.tsx';
import { HouseholdProvider } from '../household/HouseholdProvider.tsx';
import { CameraPage } from '../live/CameraPage.tsx';
import { LivePage } from '../live/LivePage.tsx';
import { PairPage } from '../pairing/PairPage.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';
import { StartPage } from '../start/StartPage.tsx';
import { WelcomePage } from '../start/WelcomePage.tsx';
import { Progress } from '../style/Progress.tsx';
import { Door } from './Door.tsx';
import { Shell } from './Shell.tsx';
import { TurnNotice } from './TurnNotice.tsx';
import { UnreachablePage } from './UnreachablePage.tsx';

/** Everybody's pages. Anything else asks to log in first, and comes back to where it was wanted. */
function Outside() {
  return (
    <Door>
      <Switch>
        <Route path="/" component={WelcomePage} />
        <Route path="/sign-up" component={SignUpPage} />
        <Route path="/recover" component={RecoverPage} />
        <Route component={LogInPage} />
      </Switch>
    </Door>
  );
}

function Inside() {
  return (
    <Shell>
      <Switch>
        <Route path="/recovery-code" component={RecoveryCodePage} />
        <Route>
          <HouseholdProvider>
            <Switch>
              <Route path="/" component={StartPage} />
              <Route path="/events/:event?" component={EventsPage} />
              <Route path="/live" component={LivePage} />
              <Route path="/cameras" component={CamerasPage} />
              <Route path="/cameras/:camera" component={CameraPage} />
              <Route path="/pair" component={PairPage} />
              <Route path="/settings" component={SettingsPage} />
              <Route>
                <Redirect to="/" replace />
              </Route>
            </Switch>
          </HouseholdProvider>
        </Route>
      </Switch>
    </Shell>
  );
}

function Pages() {
  const { session } = useSession();
  if (session.state === 'starting') return <Progress page label="Opening Nightlatch…" />;
  if (session.state === 'unreachable') return <UnreachablePage problem={session.problem} />;
  return session.state === 'signed-in' ? <Inside /> : <Outside />;
}

export function App() {
  return (
    <SessionProvider>
      <Pages />
      <TurnNotice />
    </SessionProvider>
  );
}
