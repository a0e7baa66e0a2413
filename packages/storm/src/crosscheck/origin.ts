import { setTimeout as sleep } from 'node:timers/promises';
import type { Question, Values } from './values.ts';

/** Where the true values are, at the versions that they have by now. */
export interface Origin {
  load(question: Question): Promise<string>;
  versionOf(question: Question): number;
  /** How many were asked for so far. */
  readonly loads: number;
  /** There is a newer value now. */
  renew(question: Question): string;
  /** From now on nothing that was asked for comes, until it is let go. */
  hold(): void;
  letGo(): void;
  /** From now on each load takes so long. */
  slowDown(milliseconds: number): void;
  /** Resolves when so many loads have begun since the origin was held. */
  asked(count: number): Promise<void>;
}

export function createOrigin(values: Values): Origin {
  const versions = new Map<string, number>();
  const nameOf = ({ tenant, key }: Question): string => JSON.stringify([tenant, key]);
  const versionOf = (question: Question): number => versions.get(nameOf(question)) ?? 1;
  let held: PromiseWithResolvers<void> | null = null;
  let [begun, loads] = [0, 0];
  let takesMilliseconds = 0;
  let waiting: { readonly count: number; readonly go: () => void }[] = [];
  return {
    load: async (question) => {
      const value = values.of(question, versionOf(question));
      begun += 1;
      loads += 1;
      for (const { count, go } of waiting) if (begun >= count) go();
      if (held !== null) await held.promise;
      if (takesMilliseconds > 0) await sleep(takesMilliseconds);
      return value;
    },
    versionOf,
    get loads() {
      return loads;
    },
    renew: (question) => {
      const version = versionOf(question) + 1;
      versions.set(nameOf(question), version);
      return values.of(question, version);
    },
    hold: () => {
      held = Promise.withResolvers<void>();
      begun = 0;
      waiting = [];
    },
    letGo: () => {
      held?.resolve();
      held = null;
    },
    slowDown: (milliseconds) => {
      takesMilliseconds = milliseconds;
    },
    asked: (count) =>
      begun >= count
        ? Promise.resolve()
        : new Promise((go) => {
            waiting.push({ count, go });
          }),
  };
}
