import type { Figure } from './suite.ts';

const number = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : 3 });

/** The figures of a suite as lines of a table: name, value, unit, goal. */
export function tableOf(figures: readonly Figure[]): string[] {
  const nameWidth = Math.max(...figures.map(({ name }) => name.length), 0);
  const valueWidth = Math.max(...figures.map(({ value }) => number(value).length), 0);
  const unitWidth = Math.max(...figures.map(({ unit }) => unit.length), 0);
  return figures.map(({ name, value, unit, goal }) => {
    const row = `  ${name.padEnd(nameWidth)}  ${number(value).padStart(valueWidth)} ${unit.padEnd(unitWidth)}`;
    return goal === undefined ? row.trimEnd() : `${row}  ${goal.met ? '✓' : '✗'} goal: ${goal.text}`;
  });
}
