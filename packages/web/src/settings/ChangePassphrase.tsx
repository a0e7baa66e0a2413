import { useState } from 'react';
import { logInAgain, settled } from '../account/log-in.ts';
import { PassphraseField } from '../account/PassphraseField.tsx';
import { setPassphrase } from '../account/recovery.ts';
import { useSession, useSignedIn } from '../account/session.ts';
import { strengthOf } from '../account/strength.ts';
import { WhoseForm } from '../account/WhoseForm.tsx';
import { useAction } from '../app/action.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Card } from '../style/Card.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';

function PassphraseForm({
  onDone,
  onCancel,
}: {
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const { account } = useSignedIn();
  const { enter } = useSession();
  const { busy, problem, run } = useAction();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [tried, setTried] = useState(false);
  const tooShort = strengthOf(fresh, account.email).level === 0;
  const submit = () => {
    setTried(true);
    if (old === '' || tooShort) return;
    run(async () => {
      const entered = await logInAgain(account, old);
      enter(settled(entered));
      await setPassphrase(fresh, entered.master, account.account);
      onDone();
    });
  };
  return (
    <Form
      onSubmit={submit}
      problem={problem}
      doing={busy ? 'Wrapping your keys anew. This takes some seconds…' : null}
    >
      <WhoseForm email={account.email} />
      <Field
        secret
        label="Passphrase until now"
        value={old}
        onChange={setOld}
        autoComplete="current-password"
        wrong={tried && old === '' ? 'Type the passphrase you have now.' : null}
      />
      <PassphraseField
        label="New passphrase"
        value={fresh}
        onChange={setFresh}
        known={account.email}
        wrong={tried && tooShort ? 'It is too short to be safe.' : null}
      />
      <div className="row">
        <Button type="submit" busy={busy}>
          Change passphrase
        </Button>
        <Button look="plain" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </Form>
  );
}

export function ChangePassphrase() {
  const [step, setStep] = useState<'closed' | 'open' | 'done'>('closed');
  return (
    <Card title="Passphrase">
      {step === 'done' && (
        <Banner look="good">Your passphrase is changed. Other browsers are logged out.</Banner>
      )}
      {step === 'open' ? (
        <PassphraseForm onDone={() => setStep('done')} onCancel={() => setStep('closed')} />
      ) : (
        <div className="row">
          <Button look="plain" onClick={() => setStep('open')}>
            Change passphrase
          </Button>
        </div>
      )}
    </Card>
  );
}
