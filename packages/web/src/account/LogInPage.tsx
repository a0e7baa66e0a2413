import { useState } from 'react';
import { Link } from 'wouter';
import { useAction } from '../app/action.ts';
import { usePageTitle } from '../app/arrival.ts';
import { wantedCode } from '../pairing/wanted-code.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { EMAIL_WRONG, emailOf } from './email.ts';
import { logIn, settled } from './log-in.ts';
import { useSession } from './session.ts';

export function LogInPage() {
  usePageTitle('Log in');
  const { session, enter } = useSession();
  const { busy, problem, run } = useAction();
  const [typed, setTyped] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [tried, setTried] = useState(false);
  const email = emailOf(typed);
  const notice = session.state === 'signed-out' ? session.notice : null;

  const submit = () => {
    setTried(true);
    if (email === null || passphrase === '') return;
    run(async () => enter(settled(await logIn({ email, passphrase }))));
  };

  return (
    <div className="stack">
      <h1>Log in</h1>
      {notice !== null && problem === null && <Banner>{notice}</Banner>}
      {wantedCode() !== null && (
        <Banner>
          You came with a pairing code. Log in or make an account first: the code is kept for you.
        </Banner>
      )}
      <Form
        onSubmit={submit}
        problem={problem}
        doing={busy ? 'Opening your keys. This takes some seconds…' : null}
      >
        <Field
          label="E-mail"
          type="email"
          value={typed}
          onChange={setTyped}
          autoComplete="username"
          inputMode="email"
          required
          wrong={tried && email === null ? EMAIL_WRONG : null}
        />
        <Field
          secret
          label="Passphrase"
          value={passphrase}
          onChange={setPassphrase}
          autoComplete="current-password"
          required
          wrong={tried && passphrase === '' ? 'Type your passphrase.' : null}
        />
        <Button type="submit" wide busy={busy}>
          Log in
        </Button>
      </Form>
      <p>
        <Link href="/recover">Forgot your passphrase?</Link>
      </p>
      <p>
        New here? <Link href="/sign-up">Make an account</Link>
      </p>
    </div>
  );
}
