import type { Source } from '../source.ts';
export interface DemoOptions {
  seed: number;
  now: () => number;
}
export async function openDemo(_options: DemoOptions): Promise<Source> {
  throw new Error('not yet');
}
