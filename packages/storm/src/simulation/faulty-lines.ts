import { oneOf, type Theatre } from './theatre.ts';

/** How often a reply is lost, comes twice, comes after the next one, or comes to somebody else; from 0 to 1. */
export interface LineFaults {
  readonly drop: number;
  readonly repeat: number;
  readonly swap: number;
  readonly cross: number;
}

/** A connection: its replies have no names, and belong to the questions only by their order. */
export interface Line<Reply> {
  /** `answer` is called when the question arrives. */
  ask(answer: () => Reply): Promise<Reply>;
  /** What waits fails. */
  cut(reason: Error): void;
}

interface Waiting<Reply> {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (reason: Error) => void;
}

/** Connections to one server, which breaks the order of its replies. */
export function faultyLines<Reply>({ turn, chance }: Theatre, faults: LineFaults) {
  const receivers = new Set<(reply: Reply) => void>();
  let struck = 0;
  /** Which of them strikes, if any. */
  const strike = (): keyof LineFaults | undefined => {
    let drawn = chance();
    for (const kind of ['drop', 'repeat', 'swap', 'cross'] as const) {
      drawn -= faults[kind];
      if (drawn < 0) {
        struck += 1;
        return kind;
      }
    }
    return undefined;
  };

  const open = (): Line<Reply> => {
    const waiting: Waiting<Reply>[] = [];
    /** Came while nobody waited: the next one who asks finds it. */
    const early: Reply[] = [];
    let heldBack: Reply[] = [];
    let before = Promise.resolve();
    let reasonCut: Error | undefined;
    const receive = (reply: Reply): void => {
      const next = waiting.shift();
      if (next === undefined) early.push(reply);
      else next.resolve(reply);
    };
    receivers.add(receive);
    const come = (reply: Reply): void => {
      const kind = strike();
      const behind = heldBack;
      heldBack = [];
      if (kind === 'swap') heldBack = [reply];
      else if (kind === 'cross') oneOf([...receivers], chance)(reply);
      else if (kind !== 'drop') receive(reply);
      if (kind === 'repeat') receive(reply);
      for (const late of behind) receive(late);
    };
    return {
      ask: (answer) =>
        new Promise((resolve, reject) => {
          if (reasonCut !== undefined) return reject(reasonCut);
          waiting.push({ resolve, reject });
          before = before
            .then(() => turn('reply'))
            .then(() => {
              if (reasonCut !== undefined) return;
              for (const reply of early.splice(0)) receive(reply);
              come(answer());
            });
        }),
      cut: (reason) => {
        reasonCut ??= reason;
        receivers.delete(receive);
        for (const { reject } of waiting.splice(0)) reject(reason);
      },
    };
  };
  return {
    open,
    get struck() {
      return struck;
    },
  };
}
