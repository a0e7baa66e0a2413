import { useState } from 'react';
import { useAction } from '../app/action.ts';
import { useHousehold } from '../household/household.ts';
import { Button } from '../style/Button.tsx';
import { Field } from '../style/Field.tsx';
import { Form } from '../style/Form.tsx';
import { findAgent, type VerifiedOffer } from './pair.ts';
import { ScanCode } from './ScanCode.tsx';
import { charactersTyped, codeIn, groupsWhileTyping } from './typed-code.ts';
import { forgetWantedCode, wantedCode } from './wanted-code.ts';

export function CodeStep({ onFound }: { readonly onFound: (found: VerifiedOffer) => void }) {
  const household = useHousehold();
  const { busy, problem, run } = useAction();
  const [code, setCode] = useState(() => groupsWhileTyping('', wantedCode() ?? ''));
  const typed = charactersTyped(code);
  const find = (text: string) =>
    run(async () => {
      const found = await findAgent(household, text);
      forgetWantedCode();
      onFound(found);
    });
  return (
    <>
      <h1 tabIndex={-1}>Pair an agent</h1>
      <p>
        The agent is the Nightlatch program that runs at home, next to your cameras. It shows a code of 20
        letters and digits, where it was started and on its own page.
      </p>
      <Form onSubmit={() => find(code)} problem={problem} doing={busy ? 'Looking for the agent…' : null}>
        <Field
          label="Pairing code"
          className="input code"
          value={code}
          onChange={(now) => setCode(groupsWhileTyping(code, now))}
          placeholder="XXXX-XXXX-XXXX-XXXX-XXXX"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          hint={typed === 0 ? 'Big or small letters, with or without dashes.' : `${typed} of 20`}
        />
        <div className="row">
          <Button type="submit" busy={busy}>
            Find the agent
          </Button>
          <ScanCode
            onRead={(text) => {
              const read = groupsWhileTyping('', codeIn(text));
              setCode(read);
              find(read);
            }}
          />
        </div>
      </Form>
    </>
  );
}
