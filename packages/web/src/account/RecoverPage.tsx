import { VaultError } from '@nightlatch/vault/errors';
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useAction } from '../app/action.ts';
import { usePageTitle } from '../app/arrival.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { EMAIL_WRONG, emailOf } from './email.ts';
import { type Entered, settled } from './log-in.ts';
import { PassphraseField } from './PassphraseField.tsx';
import { beginRecovery, finishRecovery } from './recovery.ts';
import { useSession } from './session.ts';
import { strengthOf } from './strength.ts';
import { WhoseForm } from './WhoseForm.tsx';

const inWords = (error: unknown): never => {
  throw error instanceof VaultError && error.reason === 'malformed'
    ? new Error(
        `${error.message} Nothing was changed. A code is twelve English words with spaces between them.`,
      )
    : error;
};

function CodeStep({ onOpened }: { readonly onOpened: (recovered: Entered) => void }) {
  const { busy, problem, run } = useAction();
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  const [tried, setTried] = useState(false);
  const email = emailOf(typed);
  const submit = () => {
    setTried(true);
    if (email === null || code.trim() === '') return;
    run(async () => onOpened(await beginRecovery(email, code).catch(inWords)));
  };
  return (
    <>
      <h1>Use your recovery code</h1>
      <p className="quiet">
        The twelve words open your keys. Then you choose a new passphrase. Nothing gets lost.
      </p>
      <Form onSubmit={submit} problem={problem} doing={busy ? 'Opening your keys…' : null}>
        <Field
          label="E-mail"
          type="email"
          value={typed}
          onChange={setTyped}
          autoComplete="username"
          inputMode="email"
          wrong={tried && email === null ? EMAIL_WRONG : null}
        />
        <Field
          label="Recovery code"
          value={code}
          onChange={setCode}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          hint="Twelve words, with spaces between them."
          wrong={tried && code.trim() === '' ? 'Type the twelve words.' : null}
        />
        <Button type="submit" wide busy={busy}>
          Go on
        </Button>
      </Form>
    </>
  );
}

function PassphraseStep({ recovered }: { readonly recovered: Entered }) {
  const { enter } = useSession();
  const [, navigate] = useLocation();
  const { busy, problem, run } = useAction();
  const [passphrase, setPassphrase] = useState('');
  const [tried, setTried] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { email } = recovered.account;
  const tooShort = strengthOf(passphrase, email).level === 0;
  const submit = () => {
    setTried(true);
    if (tooShort) return;
    run(async () => {
      enter(settled(await finishRecovery(recovered, passphrase)));
      navigate('/');
    });
  };
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        Choose a new passphrase
      </h1>
      <p className="quiet">All other browsers will be logged out. Your recovery code stays the same.</p>
      <Form
        onSubmit={submit}
        problem={problem}
        doing={busy ? 'Wrapping your keys. This takes some seconds…' : null}
      >
        <WhoseForm email={email} />
        <PassphraseField
          label="New passphrase"
          value={passphrase}
          onChange={setPassphrase}
          known={email}
          wrong={tried && tooShort ? 'It is too short to be safe.' : null}
        />
        <Button type="submit" wide busy={busy}>
          Set passphrase
        </Button>
      </Form>
    </>
  );
}

export function RecoverPage() {
  usePageTitle('Recovery');
  const [recovered, setRecovered] = useState<Entered | null>(null);
  return (
    <div className="stack">
      {recovered === null ? <CodeStep onOpened={setRecovered} /> : <PassphraseStep recovered={recovered} />}
      <p>
        <Link href="/log-in">Back to log-in</Link>
      </p>
    </div>
  );
}
