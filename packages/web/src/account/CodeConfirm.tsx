import { systemRandom } from '@nightlatch/vault/encoding';
import { useState } from 'react';
import { useAction } from '../app/action.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { isWordAt, placesToAsk } from './code-check.ts';

interface CodeConfirmProps {
  readonly code: string;
  readonly onConfirmed: () => Promise<void>;
  readonly onBack: () => void;
}

/** Asks for three words of the code. */
export function CodeConfirm({ code, onConfirmed, onBack }: CodeConfirmProps) {
  const { busy, problem, run } = useAction();
  const [places] = useState(() => placesToAsk(systemRandom));
  const [typed, setTyped] = useState<ReadonlyMap<number, string>>(new Map());
  const [tried, setTried] = useState(false);
  const isRight = (place: number) => isWordAt(code, place, typed.get(place) ?? '');

  const submit = () => {
    setTried(true);
    if (places.every(isRight)) run(onConfirmed);
  };

  return (
    <Form onSubmit={submit} problem={problem} doing={busy ? 'Keeping the code…' : null}>
      {places.map((place) => (
        <Field
          key={place}
          label={`Word ${place + 1}`}
          value={typed.get(place) ?? ''}
          onChange={(word) => setTyped(new Map(typed).set(place, word))}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          wrong={tried && !isRight(place) ? `This is not word ${place + 1} of the code.` : null}
        />
      ))}
      <div className="row">
        <Button type="submit" busy={busy}>
          Confirm
        </Button>
        <Button look="plain" onClick={onBack}>
          Show the code again
        </Button>
      </div>
    </Form>
  );
}
