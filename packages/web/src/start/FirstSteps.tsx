import { useEffect, useState } from 'react';
import { useSignedIn } from '../account/session.ts';
import { call } from '../api/client.ts';
import { useHousehold } from '../household/household.ts';
import { ButtonLink } from '../style/Button.tsx';
import { stepsOf } from './steps.ts';
import './start.css';

const POLL_MILLISECONDS = 5000;

/** Whether the home has any event; null until it is known. Asked again until there is one. */
export function useHasEvent(): boolean | null {
  const { home } = useHousehold();
  const [has, setHas] = useState<boolean | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let left = false;
    const ask = async () => {
      const page = await call('events.list', { params: { home }, query: { limit: 1 } }).catch(() => null);
      if (left) return;
      setHas((now) => (page === null ? now : page.events.length > 0));
      if (page === null || page.events.length === 0) timer = setTimeout(ask, POLL_MILLISECONDS);
    };
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [home]);
  return has;
}

/** How far the household has come. */
export function useFirstSteps(hasEvent: boolean) {
  const { account } = useSignedIn();
  const { log } = useHousehold();
  return stepsOf({
    hasRecoveryCode: account.wrappedMasterKeyByRecovery !== null,
    hasAgent: log.agents.size > 0,
    hasCamera: log.cameras.size > 0,
    hasEvent,
  });
}

/** The checklist of the first run: what is done, and a button for what comes next. */
export function FirstSteps({ hasEvent }: { readonly hasEvent: boolean }) {
  const steps = useFirstSteps(hasEvent);
  const next = steps.findIndex(({ done }) => !done);
  return (
    <ol className="steps">
      {steps.map(({ title, why, done, go }, place) => (
        <li
          key={title}
          className={done ? 'step done' : 'step'}
          aria-current={place === next ? 'step' : undefined}
        >
          <span className="step-sign" aria-hidden="true">
            {done ? '✓' : place + 1}
          </span>
          <div className="step-text">
            <h2>
              {title}
              {done && <span className="unseen"> (done)</span>}
            </h2>
            {!done && <p className="quiet">{why}</p>}
            {place === next && go !== null && <ButtonLink href={go.href}>{go.label}</ButtonLink>}
          </div>
        </li>
      ))}
    </ol>
  );
}
