import type { Figure } from '../../suite.ts';
import { quantile } from '../quantile.ts';
import type { CameraDelays, Delay } from './delay.ts';

const GOAL_P50_MILLISECONDS = 150;
const GOAL_P99_MILLISECONDS = 400;
const GOAL_TAP_MILLISECONDS = 700;

/** What each player showed of a camera, and how many times longer the others took than the first, which is ours. */
export function delayFigures({ make, delays }: CameraDelays): Figure[] {
  const [ours, ...peers] = delays;
  if (ours === undefined) return [];
  const p50 = quantile(ours.milliseconds, 0.5);
  const p99 = quantile(ours.milliseconds, 0.99);
  const of = (delay: Delay, goals: readonly (Figure['goal'] | undefined)[]): Figure[] => {
    const name = `${make.name}, ${delay.player}`;
    const encoderToScreen = (part: number) => quantile(delay.milliseconds, part);
    return [
      {
        ...{ name: `${name}, encoder to screen, p50`, value: encoderToScreen(0.5) },
        unit: 'milliseconds',
        goal: goals[0],
      },
      {
        ...{ name: `${name}, encoder to screen, p99`, value: encoderToScreen(0.99) },
        unit: 'milliseconds',
        goal: goals[1],
      },
      {
        ...{ name: `${name}, of it reading the pixels, p50`, unit: 'milliseconds' },
        value: quantile(delay.readingMilliseconds, 0.5),
      },
      { name: `${name}, pictures seen`, value: delay.milliseconds.length, unit: '' },
      { name: `${name}, pictures missed between them`, value: delay.missed, unit: '' },
      { name: `${name}, rounds without any picture`, value: delay.silentRounds, unit: '' },
      { name: `${name}, processor, all before the browser`, value: delay.serverCores, unit: 'cores' },
      { name: `${name}, processor, the browser`, value: delay.browserCores, unit: 'cores' },
    ];
  };
  return [
    ...of(ours, [
      { text: `under ${GOAL_P50_MILLISECONDS}`, met: p50 < GOAL_P50_MILLISECONDS },
      { text: `under ${GOAL_P99_MILLISECONDS}`, met: p99 < GOAL_P99_MILLISECONDS },
    ]),
    ...peers.flatMap((peer) => of(peer, [])),
    ...peers.flatMap((peer) =>
      (
        [
          ['p50', 0.5, p50],
          ['p99', 0.99, p99],
        ] as const
      ).map(([name, part, own]) => {
        const value = quantile(peer.milliseconds, part) / own;
        return {
          ...{ name: `${make.name}, ${peer.player} against live view, ${name}`, value, unit: 'ratio' },
          goal: { text: 'live view is ahead: above 1', met: value > 1 },
        };
      }),
    ),
  ];
}

export function tapFigures({ make, taps }: CameraDelays): Figure[] {
  const name = `${make.name}, tap to first picture`;
  const taken = taps.map(({ milliseconds }) => milliseconds);
  const ages = taps.map(({ ageMilliseconds }) => ageMilliseconds).filter((age) => age !== null);
  const toEdge = taps.map(({ toEdgeMilliseconds }) => toEdgeMilliseconds).filter((time) => time !== null);
  const p50 = quantile(taken, 0.5);
  return [
    {
      ...{ name: `${name}, p50`, value: p50, unit: 'milliseconds' },
      goal: { text: `under ${GOAL_TAP_MILLISECONDS}`, met: p50 < GOAL_TAP_MILLISECONDS },
    },
    { name: `${name}, longest`, value: Math.max(...taken), unit: 'milliseconds' },
    { name: `${name}, taps`, value: taken.length, unit: '' },
    { name: `${name}, of them with a number that could be read`, value: ages.length, unit: '' },
    // It begins with the newest key frame, so that nobody waits for the next one, and then catches up.
    { name: `${name}, age of that picture, p50`, value: quantile(ages, 0.5), unit: 'milliseconds' },
    {
      ...{ name: `${make.name}, tap to the live edge, p50`, value: quantile(toEdge, 0.5) },
      unit: 'milliseconds',
    },
    { name: `${make.name}, tap to the live edge, taps that came to it`, value: toEdge.length, unit: '' },
  ];
}
