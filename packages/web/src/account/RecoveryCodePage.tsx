import { systemRandom } from '@nightlatch/vault/encoding';
import { newRecoveryCode } from '@nightlatch/vault/recovery';
import { useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { usePageTitle } from '../app/arrival.ts';
import { Button } from '../style/Button.tsx';
import { CodeConfirm } from './CodeConfirm.tsx';
import { PassphraseGate } from './PassphraseGate.tsx';
import { setRecoveryCode } from './recovery.ts';
import { useSession, useSignedIn } from './session.ts';

function CodeWords({ code }: { readonly code: string }) {
  return (
    <ol className="words" aria-label="Your recovery code, twelve words">
      {code.split(' ').map((word, place) => (
        // A word may stand in a code twice; its place names it.
        // biome-ignore lint/suspicious/noArrayIndexKey: the places of the words never change.
        <li key={place}>
          <span aria-hidden="true">{place + 1}</span>
          <span>{word}</span>
        </li>
      ))}
    </ol>
  );
}

function NewCode({ master }: { readonly master: Uint8Array<ArrayBuffer> }) {
  const { account } = useSignedIn();
  const { renew, forgetMaster } = useSession();
  const [, navigate] = useLocation();
  const [code] = useState(() => newRecoveryCode(systemRandom));
  const [step, setStep] = useState<'show' | 'confirm'>('show');
  const heading = useRef<HTMLHeadingElement>(null);
  const replaces = account.wrappedMasterKeyByRecovery !== null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the heading takes the focus on each new step.
  useEffect(() => heading.current?.focus(), [step]);

  const confirmed = async () => {
    await setRecoveryCode(code, master, account.account);
    await renew();
    navigate('/');
    forgetMaster();
  };

  if (step === 'confirm')
    return (
      <div className="stack">
        <h1 ref={heading} tabIndex={-1}>
          Did you write it down?
        </h1>
        <p className="quiet">Type three words of the code, so that we both know you have it.</p>
        <CodeConfirm code={code} onConfirmed={confirmed} onBack={() => setStep('show')} />
      </div>
    );
  return (
    <div className="stack">
      <h1 ref={heading} tabIndex={-1}>
        Your recovery code
      </h1>
      <p>
        These twelve words let you back in if you forget your passphrase. <strong>Nobody else can</strong>:
        not the people who run your cloud, and not us.
      </p>
      <CodeWords code={code} />
      <p className="quiet">
        Write them on paper and keep it where you keep your door keys. They are shown only this once.
        {replaces && ' Your old code works until you have confirmed this one.'}
      </p>
      <div className="row unprinted">
        <Button onClick={() => setStep('confirm')}>I have written it down</Button>
        <Button look="plain" onClick={() => window.print()}>
          Print
        </Button>
      </div>
    </div>
  );
}

/** Makes a recovery code. Where the page was loaded anew, the passphrase opens the master key first. */
export function RecoveryCodePage() {
  usePageTitle('Recovery code');
  const { master } = useSignedIn();
  return (
    <div className="narrow">
      {master === null ? (
        <PassphraseGate
          title="Make a recovery code"
          why="A new code is made from your keys, and your passphrase opens them."
        />
      ) : (
        <NewCode master={master} />
      )}
    </div>
  );
}
