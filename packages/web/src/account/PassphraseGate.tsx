import { useState } from 'react';
import { useAction } from '../app/action.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { logInAgain } from './log-in.ts';
import { useSession, useSignedIn } from './session.ts';
import { WhoseForm } from './WhoseForm.tsx';

/** Asks for the passphrase again and brings the master key into this page's memory. */
export function PassphraseGate({ title, why }: { readonly title: string; readonly why: string }) {
  const { account } = useSignedIn();
  const { enter } = useSession();
  const { busy, problem, run } = useAction();
  const [passphrase, setPassphrase] = useState('');
  return (
    <div className="stack">
      <h1>{title}</h1>
      <p className="quiet">{why}</p>
      <Form
        onSubmit={() => {
          if (passphrase !== '') run(async () => enter(await logInAgain(account, passphrase)));
        }}
        problem={problem}
        doing={busy ? 'Opening your keys. This takes some seconds…' : null}
      >
        <WhoseForm email={account.email} />
        <Field
          secret
          label="Passphrase"
          value={passphrase}
          onChange={setPassphrase}
          autoComplete="current-password"
          required
        />
        <div className="row">
          <Button type="submit" busy={busy}>
            Go on
          </Button>
        </div>
      </Form>
    </div>
  );
}
