import { notFound } from '../refusals.ts';

type Keys = object;

/** Whether a row is of what was asked for: every key of the question is in the row with the same value. */
export type SameKeys = (asked: Keys, row: Keys) => boolean;
export const sameKeys: SameKeys = (asked, row) =>
  Object.keys(asked).every((key) => {
    const value = Reflect.get(asked, key);
    return value !== undefined && Object.hasOwn(row, key) && Reflect.get(row, key) === value;
  });

/** A thing came that is not what was asked for. It was stopped; the operator has to know. */
export interface Mismatch {
  readonly where: 'gate' | 'egress';
  /** Which comparison failed; never the thing itself. */
  readonly reason: string;
  readonly asked: Keys;
}
export type OnMismatch = (mismatch: Mismatch) => void;

/** Compares the keys of a question with those of a row; a difference is refused like a thing that does not exist. */
export type Prove = (asked: Keys, row: Keys) => void;

export const prover =
  (same: SameKeys, onMismatch: OnMismatch): Prove =>
  (asked, row) => {
    if (same(asked, row)) return;
    onMismatch({ where: 'gate', reason: 'a row has other keys than the question', asked });
    throw notFound();
  };
