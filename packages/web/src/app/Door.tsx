import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useArrival } from './arrival.ts';
import { Mark } from './Mark.tsx';
import './shell.css';

/** The frame of pages before the log-in: one narrow column. */
export function Door({ children }: { readonly children: ReactNode }) {
  const place = useArrival();
  return (
    <div className="door">
      <header>
        <Link href="/" className="mark">
          <Mark /> Nightlatch
        </Link>
      </header>
      <main ref={place} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
