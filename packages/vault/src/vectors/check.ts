import { type ContainerVectors, checkContainer } from './check-container.ts';
import { checkHomeLog, type HomeLogVectors } from './check-homelog.ts';
import { checkHpke, type HpkeVectors } from './check-hpke.ts';
import { checkLive, type LiveVectors } from './check-live.ts';
import { checkManifest, type ManifestVectors } from './check-manifest.ts';
import { checkPairing, type PairingVectors } from './check-pairing.ts';
import { checkRecovery, type RecoveryVectors } from './check-recovery.ts';
import { expectation } from './expect.ts';

/** The parsed JSON of `packages/vault/vectors`, by file name. */
export interface Vectors {
  readonly container: ContainerVectors;
  readonly manifest: ManifestVectors;
  readonly 'home-log': HomeLogVectors;
  readonly hpke: HpkeVectors;
  readonly recovery: RecoveryVectors;
  readonly pairing: PairingVectors;
  readonly live: LiveVectors;
}

export const VECTOR_FILES = [
  'container',
  'manifest',
  'home-log',
  'hpke',
  'recovery',
  'pairing',
  'live',
] as const;

/** Holds this implementation against all vectors; throws at the first difference, else says how much it compared. */
export async function checkVectors(vectors: Vectors): Promise<{ compared: number }> {
  const expect = expectation();
  await checkContainer(vectors.container, expect);
  await checkManifest(vectors.manifest, expect);
  await checkHomeLog(vectors['home-log'], expect);
  await checkHpke(vectors.hpke, expect);
  await checkRecovery(vectors.recovery, expect);
  await checkPairing(vectors.pairing, expect);
  await checkLive(vectors.live, expect);
  return { compared: expect.count() };
}
