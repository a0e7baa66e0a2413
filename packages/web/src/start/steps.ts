/** What a new household does, in order. */
export interface Progressed {
  readonly hasRecoveryCode: boolean;
  readonly hasAgent: boolean;
  readonly hasCamera: boolean;
  readonly hasEvent: boolean;
}

export interface Step {
  readonly title: string;
  readonly why: string;
  readonly done: boolean;
  /** Where it is done, and what the button says; null where it happens by itself. */
  readonly go: { readonly href: string; readonly label: string } | null;
}

/** The checklist of the first run. */
export function stepsOf({ hasRecoveryCode, hasAgent, hasCamera, hasEvent }: Progressed): readonly Step[] {
  return [
    { title: 'Make an account', why: 'Your keys are made.', done: true, go: null },
    {
      title: 'Write down your recovery code',
      why: 'It lets you back in if you forget your passphrase. Nobody else can.',
      done: hasRecoveryCode,
      go: { href: '/recovery-code', label: 'Show the code' },
    },
    {
      title: 'Pair your agent',
      why: 'The program next to your cameras learns whom to obey.',
      done: hasAgent,
      go: { href: '/pair', label: 'Pair an agent' },
    },
    {
      title: 'Add a camera',
      why: 'Your agent finds them. You give them names.',
      done: hasCamera,
      go: { href: '/cameras', label: 'Add a camera' },
    },
    {
      title: 'See your first event',
      why: 'What moves in front of a camera shows up within seconds.',
      done: hasEvent,
      go: { href: '/events', label: 'Go to Events' },
    },
  ];
}
