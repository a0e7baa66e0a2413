import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useAction } from '../app/action.ts';
import { usePageTitle } from '../app/arrival.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { EMAIL_WRONG, emailOf } from './email.ts';
import { PassphraseField } from './PassphraseField.tsx';
import { useSession } from './session.ts';
import { signUp } from './sign-up.ts';
import { strengthOf } from './strength.ts';

export function SignUpPage() {
  usePageTitle('Make an account');
  const { enter } = useSession();
  const [, navigate] = useLocation();
  const { busy, problem, run } = useAction();
  const [typed, setTyped] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [tried, setTried] = useState(false);
  const email = emailOf(typed);
  const tooShort = strengthOf(passphrase, typed).level === 0;

  const submit = () => {
    setTried(true);
    if (email === null || tooShort) return;
    run(async () => {
      enter(await signUp({ email, passphrase }));
      navigate('/recovery-code');
    });
  };

  return (
    <div className="stack">
      <h1>Make an account</h1>
      <p className="quiet">
        Your passphrase makes the keys to your recordings, here in this browser. It is never sent anywhere.
      </p>
      <Form
        onSubmit={submit}
        problem={problem}
        doing={busy ? 'Making your keys. This takes some seconds…' : null}
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
        <PassphraseField
          label="Passphrase"
          value={passphrase}
          onChange={setPassphrase}
          known={typed}
          wrong={tried && tooShort ? 'It is too short to be safe.' : null}
        />
        <Button type="submit" wide busy={busy}>
          Make account
        </Button>
      </Form>
      <p>
        Have one already? <Link href="/log-in">Log in</Link>
      </p>
    </div>
  );
}
