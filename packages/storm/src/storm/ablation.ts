import { ALL_LOCKS, LOCKS, type Lock } from './locks.ts';
import type { StormResult } from './result.ts';

/** With every lock, without each one alone, and without all of them. */
export const ABLATIONS: readonly (readonly Lock[])[] = [[], ...ALL_LOCKS.map((lock) => [lock]), ALL_LOCKS];

const whole = (value: number): string => value.toLocaleString('en-US');
const percent = (part: number): string => `${(part * 100).toFixed(1)} %`;

const nameOf = (without: readonly Lock[]): string =>
  without.length === 0
    ? 'none'
    : without.length === ALL_LOCKS.length
      ? '**all**'
      : without.map((lock) => `\`${lock}\`: ${LOCKS[lock]}`).join('; ');

/** The runs of one scenario as a table of Markdown. */
export function ablationTable(results: readonly StormResult[]): string {
  return [
    '| taken out | faults | deliveries | foreign deliveries | foreign pictures opened | acknowledged events lost | success after |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...results.map((result) =>
      [
        '',
        nameOf(result.without),
        whole(result.faultsInjected),
        whole(result.deliveries),
        result.foreignDeliveries > 0 ? `**${whole(result.foreignDeliveries)}**` : '0',
        whole(result.foreignOpened),
        whole(result.eventsLost),
        percent(result.legitimateSuccess),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ].join('\n');
}

/** What the runs must show: nothing foreign unless all locks are out, and something foreign when they are. */
export function ablationFailures(results: readonly StormResult[]): string[] {
  return results.flatMap(({ without, foreignDeliveries, foreignOpened }) => {
    const isBare = without.length === ALL_LOCKS.length;
    const found = foreignDeliveries > 0;
    return [
      ...(isBare && !found ? ['all locks are out, and no crossing was found'] : []),
      ...(!isBare && found
        ? [`without ${without.join(', ') || 'any lock'} something foreign was delivered`]
        : []),
      ...(foreignOpened > 0 ? [`without ${without.join(', ')} something foreign was opened`] : []),
    ];
  });
}
