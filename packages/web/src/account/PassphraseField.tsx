import { Field } from '../style/Field.tsx';
import { strengthOf } from './strength.ts';
import { PASSPHRASE_CHARACTERS_MAX, PASSPHRASE_CHARACTERS_MIN } from './stretching.ts';
import './account.css';

interface PassphraseFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What a guesser would know, such as the e-mail. */
  readonly known: string;
  readonly wrong?: string | null;
}

/** A new passphrase, with a bar and a word on how hard it is to guess. */
export function PassphraseField({ label, value, onChange, known, wrong = null }: PassphraseFieldProps) {
  const { level, words } = strengthOf(value, known);
  return (
    <Field
      secret
      label={label}
      value={value}
      onChange={onChange}
      wrong={wrong}
      autoComplete="new-password"
      maxLength={PASSPHRASE_CHARACTERS_MAX}
      required
      hint={
        <span className="strength" data-level={value === '' ? 'none' : level}>
          <span className="strength-bar" aria-hidden="true">
            <i />
            <i />
            <i />
            <i />
          </span>
          <span aria-live="polite">
            {value === ''
              ? `At least ${PASSPHRASE_CHARACTERS_MIN} characters. Four or five random words are easy to keep in mind.`
              : words}
          </span>
        </span>
      }
    />
  );
}
