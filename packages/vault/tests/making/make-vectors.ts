import type { Vectors } from '../../src/vectors/check.ts';
import { makeContainer } from './make-container.ts';
import { makeHomeLog } from './make-homelog.ts';
import { makeHpke } from './make-hpke.ts';
import { makeLive } from './make-live.ts';
import { makeManifest } from './make-manifest.ts';
import { makePairing } from './make-pairing.ts';
import { makeRecovery } from './make-recovery.ts';

/** All vectors from fixed inputs; the same bytes each time, because Ed25519 in Node is deterministic. */
export const makeVectors = async (): Promise<Vectors> => ({
  container: await makeContainer(),
  manifest: await makeManifest(),
  'home-log': await makeHomeLog(),
  hpke: await makeHpke(),
  recovery: await makeRecovery(),
  pairing: await makePairing(),
  live: await makeLive(),
});

/** A file of vectors as it is committed. */
export const vectorText = (vectors: object): string => `${JSON.stringify(vectors, null, 2)}\n`;
