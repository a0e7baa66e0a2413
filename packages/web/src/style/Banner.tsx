import type { ReactNode } from 'react';
import './primitives.css';

interface BannerProps {
  readonly look?: 'plain' | 'danger' | 'warn' | 'good';
  readonly children: ReactNode;
}

/** A message in the page. Danger is read aloud at once, the others when there is a pause. */
export function Banner({ look = 'plain', children }: BannerProps) {
  return (
    <div className={`banner ${look}`} role={look === 'danger' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}
