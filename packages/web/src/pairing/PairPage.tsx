import type { AgentId } from '@nightlatch/protocol/ids';
import { useEffect, useRef, useState } from 'react';
import { usePageTitle } from '../app/arrival.ts';
import { CodeStep } from './CodeStep.tsx';
import { FoundStep } from './FoundStep.tsx';
import { OfferStep } from './OfferStep.tsx';
import type { VerifiedOffer } from './pair.ts';
import './pairing.css';

type Step =
  | { readonly at: 'code' }
  | { readonly at: 'offer'; readonly found: VerifiedOffer }
  | { readonly at: 'cameras'; readonly agent: AgentId };

/** Pairs an agent: its code, a look at what it is, and then its cameras. */
export function PairPage() {
  usePageTitle('Pair an agent');
  const [step, setStep] = useState<Step>({ at: 'code' });
  const place = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step begins at its heading.
  useEffect(() => {
    if (!first.current) place.current?.querySelector('h1')?.focus();
    first.current = false;
  }, [step.at]);

  return (
    <div className="narrow stack" ref={place}>
      {step.at === 'code' && <CodeStep onFound={(found) => setStep({ at: 'offer', found })} />}
      {step.at === 'offer' && (
        <OfferStep
          found={step.found}
          onPaired={() => setStep({ at: 'cameras', agent: step.found.offer.agent })}
          onBack={() => setStep({ at: 'code' })}
        />
      )}
      {step.at === 'cameras' && <FoundStep agent={step.agent} />}
    </div>
  );
}
