import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '../camera/demo/chance.ts';
import { createMotionDetector, type Motion } from './detector.ts';
import { MOTION_FRAME, MOTION_PARAMETERS, type MotionParameters } from './parameters.ts';

const { widthPixels: WIDTH, heightPixels: HEIGHT } = MOTION_FRAME;
const LOOKS_PER_SECOND = 8;

/** A room with light and dark parts, 60 to 160. */
const scene = (x: number, y: number): number =>
  110 + 30 * Math.sin(x / 13) + 20 * Math.cos(y / 9) + (x > 100 && y > 50 ? -20 : 0);

interface Play {
  seconds: number;
  /** Brightness of a pixel at a time. */
  level: (x: number, y: number, seconds: number) => number;
  noiseLevels?: number;
  parameters?: Partial<MotionParameters>;
}

function play({
  seconds,
  level,
  noiseLevels = 2,
  parameters = {},
}: Play): (Motion & { atSeconds: number })[] {
  const detector = createMotionDetector({ ...MOTION_PARAMETERS, ...parameters });
  const chance = seeded(7);
  return Array.from({ length: seconds * LOOKS_PER_SECOND }, (_, frame) => {
    const atSeconds = frame / LOOKS_PER_SECOND;
    const gray = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
      // The sum of two uniform numbers, with a standard deviation of `noiseLevels`.
      const noise = (chance() + chance() - 1) * 2.45 * noiseLevels;
      const value = level(at % WIDTH, Math.floor(at / WIDTH), atSeconds) + noise;
      return Math.min(255, Math.max(0, Math.round(value)));
    });
    return { ...detector.look(gray, atSeconds), atSeconds };
  });
}

/** A thing of a size and brightness that walks from the left at 16 pixels a second, from the tenth second on. */
const walker =
  (width: number, height: number, brightness: number) => (x: number, y: number, seconds: number) => {
    const left = (seconds - 10) * 16;
    const within = seconds >= 10 && x >= left && x < left + width && y >= 40 && y < 40 + height;
    return within ? brightness : scene(x, y);
  };
const firstMoving = (seen: (Motion & { atSeconds: number })[]) => seen.find((look) => look.moving);

describe('what is not motion', () => {
  it('sees none in the noise of a sensor at night (sigma 6)', () => {
    assert.equal(firstMoving(play({ seconds: 30, level: scene, noiseLevels: 6 })), undefined);
  });

  it('sees none while a day goes dark within a minute', () => {
    const level = (x: number, y: number, seconds: number) => scene(x, y) * (1 - 0.7 * (seconds / 60));
    assert.equal(firstMoving(play({ seconds: 60, level })), undefined);
  });

  it('sees none when lights are switched on and off', () => {
    const level = (x: number, y: number, seconds: number) =>
      seconds > 8 && seconds < 16
        ? 0.4 * scene(x, y) + 140 * Math.exp(-((x - 80) ** 2) / 4000)
        : scene(x, y) * 0.5;
    assert.equal(firstMoving(play({ seconds: 24, level })), undefined);
  });

  it('sees motion in switched lights if it may not learn anew', () => {
    const level = (x: number, y: number, seconds: number) =>
      seconds > 8 && seconds < 16
        ? 0.4 * scene(x, y) + 140 * Math.exp(-((x - 80) ** 2) / 4000)
        : scene(x, y) * 0.5;
    assert.ok(firstMoving(play({ seconds: 24, level, parameters: { globalPart: 1.1, beginFrames: 1 } })));
  });

  it('sees none in a picture whose brightness flickers with the mains', () => {
    const level = (x: number, y: number, seconds: number) => scene(x, y) + 18 * Math.sin(seconds * 37);
    assert.equal(firstMoving(play({ seconds: 20, level })), undefined);
  });

  it('sees none in a lamp that blinks, 20 pixels wide in a picture of 640', () => {
    const level = (x: number, y: number, seconds: number) =>
      x >= 41 && x < 46 && y >= 22 && y < 27 && Math.floor(seconds * 2) % 2 ? 250 : scene(x, y);
    assert.equal(firstMoving(play({ seconds: 20, level })), undefined);
  });

  it('has had enough of moving leaves after a while', () => {
    const level = (x: number, y: number, seconds: number) =>
      x < 50 && y < 40 ? scene(x, y) + 22 * Math.sin(seconds * 5 + x / 3 + y / 4) : scene(x, y);
    const late = play({ seconds: 60, level }).filter((look) => look.atSeconds > 30);
    assert.equal(firstMoving(late), undefined);
  });
});

describe('what is motion', () => {
  for (const [name, width, height] of [
    ['a large thing', 45, 45],
    ['a person in the middle distance', 12, 30],
    ['a person far away', 7, 16],
  ] as const) {
    it(`sees ${name} within a second, and where it is`, () => {
      const began = firstMoving(play({ seconds: 18, level: walker(width, height, 40) }));
      assert.ok(began);
      assert.ok(began.atSeconds > 10 && began.atSeconds < 11.3, `at ${began.atSeconds} s`);
      assert.ok(began.box && began.box.x < 0.3 && began.box.y > 0.3);
    });
  }

  it('tells more motion of a larger thing', () => {
    const most = (width: number, height: number) =>
      Math.max(...play({ seconds: 16, level: walker(width, height, 40) }).map((look) => look.score));
    assert.ok(most(45, 45) > 2 * most(12, 30));
  });

  it('sees a person as the light changes behind them', () => {
    const level = (x: number, y: number, seconds: number) =>
      walker(14, 34, 30)(x, y, seconds) * (1 - 0.25 * Math.min(1, seconds / 20));
    assert.ok(firstMoving(play({ seconds: 18, level })));
  });

  it('ends when the thing stands still, and stays quiet when it is a part of the scene', () => {
    const level = (x: number, y: number, seconds: number) => walker(14, 34, 30)(x, y, Math.min(seconds, 13));
    const seen = play({ seconds: 30, level });
    assert.ok(firstMoving(seen));
    assert.equal(firstMoving(seen.filter((look) => look.atSeconds > 15)), undefined);
  });

  it('sees no ghost where a thing has left a hole', () => {
    // Parked since the start; away at second 10.
    const level = (x: number, y: number, seconds: number) =>
      seconds < 10 && x >= 60 && x < 90 && y >= 30 && y < 60 ? 30 : scene(x, y);
    const after = play({ seconds: 20, level }).filter((look) => look.atSeconds > 12);
    assert.equal(firstMoving(after), undefined);
  });

  it('needs motion in several frames: one odd frame is none', () => {
    const level = (x: number, y: number, seconds: number) =>
      seconds === 10 && x > 50 && x < 90 && y > 20 && y < 70 ? 250 : scene(x, y);
    assert.equal(firstMoving(play({ seconds: 15, level })), undefined);
    assert.ok(firstMoving(play({ seconds: 15, level, parameters: { beginFrames: 1 } })));
  });
});
