import { ALL_LOCKS, CACHE_LOCKS, type Lock } from '../storm/locks.ts';
import { bareCachePlay, cachePlay } from './cache-play.ts';
import { gatePlay } from './gate-play.ts';
import type { Play } from './play.ts';
import { type Simulated, type SimulateOptions, simulate } from './simulate.ts';

interface Item {
  readonly play: Play;
  readonly describe: string;
  readonly without: readonly Lock[];
  /** Whether something foreign has to come: an oracle that sees none is blind. */
  readonly crosses: boolean;
}

export interface Played extends Simulated, Omit<Item, 'play'> {}

const GATE = 'gate and egress';
/** The gate's play has no cache. */
const PLAYED = ALL_LOCKS.filter((lock) => !CACHE_LOCKS.includes(lock));
const PROGRAMME: readonly Item[] = [
  ...[[], ...PLAYED.map((lock) => [lock]), ALL_LOCKS].map((without) => ({
    ...{ play: gatePlay, describe: GATE, without, crosses: without.length === ALL_LOCKS.length },
  })),
  { play: cachePlay, describe: 'the verified cache', without: [], crosses: false },
  { play: bareCachePlay, describe: 'a cache that believes its connection', without: [], crosses: true },
];

/** All plays, one after another. */
export async function playProgramme(
  options: Omit<SimulateOptions, 'without'>,
  say: (line: string) => void,
): Promise<Played[]> {
  const played: Played[] = [];
  for (const { play, describe, without, crosses } of PROGRAMME) {
    say(`${describe}${without.length === 0 ? '' : `, without ${without.join(', ')}`}`);
    played.push({ describe, without, crosses, ...(await simulate(play, { ...options, without })) });
  }
  return played;
}

const whole = (value: number): string => value.toLocaleString('en-US');

/** As Markdown. */
export const programmeTable = (played: readonly Played[]): string =>
  [
    '| simulated | taken out | steps | reads | answered | faults | stopped | foreign |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...played.map(({ describe, without, steps, asked, answered, faults, stopped, foreign }) =>
      [
        ...['', describe, without.length === ALL_LOCKS.length ? '**all**' : without.join(', ') || 'none'],
        ...[steps, asked, answered, faults, stopped].map(whole),
        ...[foreign > 0 ? `**${whole(foreign)}**` : '0', ''],
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ].join('\n');

export const programmeFailures = (played: readonly Played[]): string[] =>
  played.flatMap(({ describe, without, crosses, foreign, counterexample, answered, faults }) => {
    const which = `${describe}, without ${without.join(', ') || 'any lock out'}`;
    if (crosses) return foreign > 0 ? [] : [`${which}: no crossing was found, so the oracle is blind`];
    return [
      ...(foreign > 0 ? [`${which}: something foreign came (${counterexample})`] : []),
      ...(answered === 0 || faults === 0 ? [`${which}: nothing was tried`] : []),
    ];
  });
