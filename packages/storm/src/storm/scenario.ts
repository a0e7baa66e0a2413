import type { StormResult } from './result.ts';
import type { WorldOptions } from './world.ts';

export interface ScenarioOptions extends WorldOptions {
  /** Multiplies how long each part of a run lasts; 1 for a whole run. */
  readonly length: number;
}

/** What a file in `scenarios/` exports as `scenario`; its name is the file's. */
export interface Scenario {
  readonly name: string;
  /** What goes wrong, in one line. */
  readonly describe: string;
  /** How many there are where nobody says. */
  readonly cameras: number;
  run(options: ScenarioOptions): Promise<StormResult>;
}

export const isScenario = (value: unknown): value is Scenario =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'describe' in value &&
  'cameras' in value &&
  'run' in value &&
  typeof value.run === 'function';
