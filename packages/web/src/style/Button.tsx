import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import { Spinner } from './Progress.tsx';
import './primitives.css';

type Look = 'main' | 'plain' | 'link' | 'danger';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look;
  /** While busy the button keeps its focus and place, and does nothing. */
  readonly busy?: boolean;
  readonly wide?: boolean;
}

const classOf = (look: Look, wide: boolean) => `button ${look}${wide ? ' wide' : ''}`;

export function Button(props: ButtonProps) {
  const { look = 'main', busy = false, wide = false, type = 'button', onClick, children, ...rest } = props;
  return (
    <button
      {...rest}
      type={type}
      className={classOf(look, wide)}
      aria-disabled={busy}
      onClick={(press) => {
        if (busy) press.preventDefault();
        else onClick?.(press);
      }}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

interface ButtonLinkProps {
  readonly href: string;
  readonly look?: Look;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** A link to another page of the app that looks like a button. */
export function ButtonLink({ href, look = 'main', wide = false, children }: ButtonLinkProps) {
  return (
    <Link href={href} className={classOf(look, wide)}>
      {children}
    </Link>
  );
}
