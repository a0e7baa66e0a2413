import type { ReactNode } from 'react';
import { Link, useRoute } from 'wouter';
import { AskForRecoveryCode } from '../account/AskForRecoveryCode.tsx';
import { useArrival } from './arrival.ts';
import { Mark } from './Mark.tsx';
import { CamerasSign, EventsSign, LiveSign, SettingsSign } from './signs.tsx';
import './shell.css';

interface TabProps {
  readonly href: string;
  readonly pattern: string;
  readonly sign: ReactNode;
  readonly label: string;
}

function Tab({ href, pattern, sign, label }: TabProps) {
  const [here] = useRoute(pattern);
  return (
    <Link href={href} className="tab" aria-current={here ? 'page' : undefined}>
      {sign}
      <span>{label}</span>
    </Link>
  );
}

/** The frame of the pages of a home: tabs at the bottom on phones, at the top elsewhere. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const place = useArrival();
  return (
    <div className="shell">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <header className="bar">
        <Link href="/" className="mark">
          <Mark /> Nightlatch
        </Link>
        <nav aria-label="Main">
          <Tab href="/events" pattern="/events/*?" sign={<EventsSign />} label="Events" />
          <Tab href="/live" pattern="/live" sign={<LiveSign />} label="Live" />
          <Tab href="/cameras" pattern="/cameras/*?" sign={<CamerasSign />} label="Cameras" />
          <Tab href="/settings" pattern="/settings" sign={<SettingsSign />} label="Settings" />
        </nav>
      </header>
      <main id="page" ref={place} tabIndex={-1}>
        <AskForRecoveryCode />
        {children}
      </main>
    </div>
  );
}
