import type { RelayStep } from './relay-load.ts';

export interface MemoryParts {
  /** For one viewer more at a camera that is watched already. */
  readonly viewerBytes: number;
  /** For one watched camera more, without its viewers. */
  readonly cameraBytes: number;
}

/**
 * What the memory of the cloud is for: the plane through all steps over viewers and watched cameras, by least squares.
 * The steps have to have different numbers of viewers for each camera, or there is none.
 */
export function memoryParts(steps: readonly RelayStep[]): MemoryParts {
  const mean = (of: (step: RelayStep) => number): number =>
    steps.reduce((sum, step) => sum + of(step), 0) / steps.length;
  const middle = {
    viewers: mean(({ viewers }) => viewers),
    cameras: mean(({ cameras }) => cameras),
    bytes: mean(({ residentBytes }) => residentBytes),
  };
  const from = steps.map(({ viewers, cameras, residentBytes }) => ({
    v: viewers - middle.viewers,
    c: cameras - middle.cameras,
    b: residentBytes - middle.bytes,
  }));
  type Distance = (typeof from)[number];
  const sum = (of: (one: Distance) => number): number => from.reduce((all, one) => all + of(one), 0);
  const [vv, cc, vc] = [sum(({ v }) => v * v), sum(({ c }) => c * c), sum(({ v, c }) => v * c)];
  const [vb, cb] = [sum(({ v, b }) => v * b), sum(({ c, b }) => c * b)];
  const determinant = vv * cc - vc * vc;
  return {
    viewerBytes: (vb * cc - cb * vc) / determinant,
    cameraBytes: (cb * vv - vb * vc) / determinant,
  };
}
