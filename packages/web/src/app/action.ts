import { useRef, useState } from 'react';

export interface Action {
  readonly busy: boolean;
  /** What went wrong in words for the person; null while nothing has. */
  readonly problem: string | null;
  /** Does one thing at a time; a second call while it is busy does nothing. */
  readonly run: (act: () => Promise<void>) => void;
  readonly fail: (problem: string | null) => void;
}

/** One thing that a person asked for: whether it is still being done, and what went wrong. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const running = useRef(false);
  return {
    busy,
    problem,
    fail: setProblem,
    run: (act) => {
      if (running.current) return;
      running.current = true;
      setBusy(true);
      setProblem(null);
      act()
        .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
        .finally(() => {
          running.current = false;
          setBusy(false);
        });
    },
  };
}
