import { seeded } from './chance.ts';

export const DEMO_SOUND_RATE = 16_000;
const CRICKET_HERTZ = 4_300;
const CRICKET_EVERY_SECONDS = 1.7;
/** Both are quiet: -46 and -40 dB of full scale. */
const WIND_LEVEL = 160;
const CRICKET_LEVEL = 320;

/** A quiet evening: wind, and a cricket. 16-bit mono PCM. */
export function createSound(seed: number) {
  const chance = seeded(seed + 1);
  let wind = 0;
  let sample = 0;

  function cricket(seconds: number): number {
    const within = seconds % CRICKET_EVERY_SECONDS;
    // Three short pulses, each fading in and out.
    if (within > 0.24) return 0;
    const envelope = Math.max(0, Math.sin((within / 0.08) * Math.PI * 2 - Math.PI / 2));
    return CRICKET_LEVEL * envelope * Math.sin(2 * Math.PI * CRICKET_HERTZ * within);
  }

  return function next(samples: number): Buffer {
    const bytes = Buffer.alloc(samples * 2);
    for (let at = 0; at < samples; at++) {
      const seconds = sample / DEMO_SOUND_RATE;
      wind += (chance() * 2 - 1 - wind) * 0.06;
      const gust = 1 + 0.5 * Math.sin(seconds * 0.7);
      bytes.writeInt16LE(Math.round(wind * 4 * WIND_LEVEL * gust + cricket(seconds)), at * 2);
      sample += 1;
    }
    return bytes;
  };
}
