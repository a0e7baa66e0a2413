import { type FormEvent, useState } from 'react';
import { useAction } from '../app/action.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { NAME_CHARACTERS_MAX, tidyName } from './camera-entries.ts';

interface NameCameraProps {
  readonly name: string;
  readonly submit: string;
  readonly doing: string;
  readonly onNamed: (name: string) => Promise<void>;
  readonly onCancel?: () => void;
}

/** Asks for the name of a camera. */
export function NameCamera({ name, submit, doing, onNamed, onCancel }: NameCameraProps) {
  const { busy, problem, run } = useAction();
  const [typed, setTyped] = useState(name);
  const [tried, setTried] = useState(false);
  const tidy = tidyName(typed);
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (tidy !== '') run(() => onNamed(tidy));
      }}
      problem={problem}
      doing={busy ? doing : null}
    >
      <Field
        label="Name"
        value={typed}
        onChange={setTyped}
        maxLength={NAME_CHARACTERS_MAX}
        autoComplete="off"
        hint="Only people of your home can read it."
        wrong={tried && tidy === '' ? 'Give it a name, such as “Front door”.' : null}
        onFocus={(focus: FormEvent<HTMLInputElement>) => focus.currentTarget.select()}
      />
      <div className="row">
        <Button type="submit" busy={busy}>
          {submit}
        </Button>
        {onCancel && (
          <Button look="plain" onClick={onCancel}>
            Cancel
          </Button>
        )}
      </div>
    </Form>
  );
}
