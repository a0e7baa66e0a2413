import type { Figure } from '../../suite.ts';
import { memoryParts } from './memory-parts.ts';
import { perViewer, type RelayStep } from './relay-load.ts';

const GOAL_VIEWERS_PER_CORE = 400;
const GOAL_BYTES_PER_VIEWER = 200_000;

/**
 * The viewers per core are those of the largest step, with all that the cloud does besides: the links, the gate asked
 * four times a second for each viewer, the ledger. Memory is the line through all steps; the first has viewers
 * too, so that what a cloud takes once to warm up is not laid on them.
 */
export function relayFigures({
  viewersPerCamera,
  measured,
}: {
  readonly viewersPerCamera: number;
  readonly measured: readonly RelayStep[];
}): Figure[] {
  const most = measured.at(-1);
  if (most === undefined) return [];
  const name = `relay, ${most.viewers} viewers, ${viewersPerCamera} of each camera`;
  const perCore = most.viewers / most.cores;
  const bytes = perViewer(measured, ({ residentBytes }) => residentBytes);
  return [
    {
      ...{ name: `${name}, viewers per core`, value: perCore, unit: 'viewers' },
      goal: { text: `at least ${GOAL_VIEWERS_PER_CORE}`, met: perCore >= GOAL_VIEWERS_PER_CORE },
    },
    {
      ...{ name: `${name}, memory per viewer`, value: bytes, unit: 'bytes' },
      goal: { text: 'under 200 kB', met: bytes < GOAL_BYTES_PER_VIEWER },
    },
    { name: `${name}, processor of the cloud`, value: most.cores, unit: 'cores' },
    { name: `${name}, received by each`, value: most.bitsPerSecond, unit: 'bits per second' },
    { name: `${name}, records missed`, value: most.missedPart, unit: 'of all' },
    { name: `${name}, through the relay, p50`, value: most.p50Milliseconds, unit: 'milliseconds' },
    { name: `${name}, through the relay, p99`, value: most.p99Milliseconds, unit: 'milliseconds' },
  ];
}

/** What the memory is for, by the steps of all loads together. */
export function memoryFigures(loads: readonly { readonly measured: readonly RelayStep[] }[]): Figure[] {
  const { viewerBytes, cameraBytes } = memoryParts(loads.flatMap(({ measured }) => measured));
  return [
    { name: 'relay, memory for each watched camera', value: cameraBytes, unit: 'bytes' },
    { name: 'relay, memory for each viewer besides', value: viewerBytes, unit: 'bytes' },
  ];
}
