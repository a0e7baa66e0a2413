import type { BenchContext } from '../../suite.ts';
import { cpuSecondsOf } from '../browser.ts';
import { type House, startHouse } from '../house.ts';
import { watchLatency } from '../latency-watch.ts';
import { type CameraMake, type NumberedCamera, startNumberedCamera } from '../numbered-camera.ts';
import { hlsPlayer } from '../players/hls.ts';
import { nightlatchPlayer } from '../players/nightlatch.ts';
import type { Player } from '../players/player.ts';
import { rtspRelayPlayer } from '../players/rtsp-relay.ts';
import { quantile } from '../quantile.ts';
import { measureTap, type Tap } from './tap.ts';

const ROUNDS = 2;
const SECONDS = 8;
const WAIT_MILLISECONDS_MAX = 30_000;
/** A player that has just begun may still be catching up. */
const SETTLE_MILLISECONDS = 2_000;
const TAPS = 10;

/** What one player showed of one camera, in all its rounds. */
export interface Delay {
  readonly player: string;
  readonly milliseconds: readonly number[];
  /** How much of it went by while the pixels were read. */
  readonly readingMilliseconds: readonly number[];
  readonly missed: number;
  /** Rounds in which no picture came at all. */
  readonly silentRounds: number;
  /** Cores that everything between the camera and the browser took, and those of the browser. */
  readonly serverCores: number;
  readonly browserCores: number;
}

export interface CameraDelays {
  readonly make: CameraMake;
  /** Ours first. */
  readonly delays: readonly Delay[];
  readonly taps: readonly Tap[];
}

/** One camera, one browser, and the players in turns: a round of each, and then the next. */
export async function measureDelays(context: BenchContext, make: CameraMake): Promise<CameraDelays> {
  const camera = await startNumberedCamera(context, make);
  const house = await startHouse(context, [{ name: 'Front door', url: camera.url }]);
  const players = [
    nightlatchPlayer(house),
    await hlsPlayer(context, house.browser, camera),
    rtspRelayPlayer(context, house.browser, camera),
  ];
  const rounds: Delay[] = [];
  for (let round = 0; round < ROUNDS; round++)
    for (const turn of players.keys()) {
      const player = players[(round + turn) % players.length];
      if (player === undefined) continue;
      const measured = await measureRound(context, house, camera, player);
      rounds.push(measured);
      const p50 = Math.round(quantile(measured.milliseconds, 0.5));
      context.say(`${make.name}, round ${round + 1} of ${ROUNDS}: ${player.name}, p50 ${p50} ms`);
    }
  context.say(`${make.name}: ${TAPS} taps`);
  const taps: Tap[] = [];
  for (let turn = 0; turn < TAPS; turn++) taps.push(await measureTap(context, house.home, camera));
  return { make, taps, delays: players.map(({ name }) => together(name, rounds)) };
}

async function measureRound(
  context: BenchContext,
  { browser }: House,
  camera: NumberedCamera,
  player: Player,
): Promise<Delay> {
  context.signal.throwIfAborted();
  const playing = await player.open();
  try {
    const begin = async () => ({
      at: performance.now(),
      server: await playing.serverSeconds(),
      browser: await cpuSecondsOf(browser),
    });
    let begun = await begin();
    const seen = await watchLatency(
      playing.page,
      { selector: playing.selector, camera },
      {
        waitMilliseconds: WAIT_MILLISECONDS_MAX,
        settleMilliseconds: SETTLE_MILLISECONDS,
        seconds: SECONDS,
        signal: context.signal,
        onSettled: async () => {
          begun = await begin();
        },
      },
    );
    const ended = await begin();
    const seconds = (ended.at - begun.at) / 1000;
    return {
      player: player.name,
      milliseconds: seen?.milliseconds ?? [],
      readingMilliseconds: seen?.readingMilliseconds ?? [],
      missed: seen?.missed ?? 0,
      silentRounds: seen === null ? 1 : 0,
      serverCores: (ended.server - begun.server) / seconds,
      browserCores: (ended.browser - begun.browser) / seconds,
    };
  } finally {
    await playing.close();
  }
}

function together(player: string, rounds: readonly Delay[]): Delay {
  const own = rounds.filter((round) => round.player === player);
  const sum = (of: (round: Delay) => number): number => own.reduce((all, round) => all + of(round), 0);
  return {
    player,
    milliseconds: own.flatMap(({ milliseconds }) => milliseconds),
    readingMilliseconds: own.flatMap(({ readingMilliseconds }) => readingMilliseconds),
    missed: sum(({ missed }) => missed),
    silentRounds: sum(({ silentRounds }) => silentRounds),
    serverCores: sum(({ serverCores }) => serverCores) / own.length,
    browserCores: sum(({ browserCores }) => browserCores) / own.length,
  };
}
