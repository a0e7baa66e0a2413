import type { ReactNode } from 'react';
import { Banner } from './Banner.tsx';
import { Progress } from './Progress.tsx';

interface FormProps {
  readonly onSubmit: () => void;
  readonly problem: string | null;
  /** What is being done, while it is. */
  readonly doing: string | null;
  readonly children: ReactNode;
}

/** A form whose trouble stands above its fields, where a screen reader is told of it, and whose progress below. */
export function Form({ onSubmit, problem, doing, children }: FormProps) {
  return (
    <form
      noValidate
      className="stack"
      onSubmit={(submitted) => {
        submitted.preventDefault();
        onSubmit();
      }}
    >
      {problem !== null && <Banner look="danger">{problem}</Banner>}
      {children}
      <div aria-live="polite" className="doing">
        {doing !== null && <Progress label={doing} />}
      </div>
    </form>
  );
}
