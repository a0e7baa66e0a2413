import { type InputHTMLAttributes, type ReactNode, useId, useState } from 'react';
import { Button } from './Button.tsx';
import './primitives.css';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  /** What is wrong with the value; null while nothing is known to be wrong. */
  readonly wrong?: string | null;
  /** Hidden characters, with a button that shows them. */
  readonly secret?: boolean;
}

export function Field({ label, value, onChange, hint, wrong = null, secret = false, ...rest }: FieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const described = [hint ? `${id}-hint` : '', wrong ? `${id}-wrong` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="inside">
        <input
          {...rest}
          id={id}
          className={rest.className ?? (secret ? 'input revealable' : 'input')}
          type={secret && !shown ? 'password' : secret ? 'text' : (rest.type ?? 'text')}
          value={value}
          onChange={(change) => onChange(change.currentTarget.value)}
          aria-invalid={wrong !== null}
          aria-describedby={described || undefined}
        />
        {secret && (
          <Button look="link" onClick={() => setShown(!shown)} aria-pressed={shown}>
            {shown ? 'Hide' : 'Show'}
            <span className="unseen"> {label}</span>
          </Button>
        )}
      </div>
      {hint && (
        <div className="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {wrong && (
        <div className="wrong" id={`${id}-wrong`}>
          {wrong}
        </div>
      )}
    </div>
  );
}
