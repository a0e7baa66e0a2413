import { CameraId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { ObjectKind } from '@nightlatch/protocol/manifest';
import { deviceIdentity, importDeviceKey } from '../device.ts';
import type { VaultReason } from '../errors.ts';
import { type ExpectedManifest, eventHash, verifyGap, verifyManifest } from '../manifest.ts';
import { openWhole } from '../object.ts';
import { type Expectation, fromHex } from './expect.ts';

interface AskedVector {
  readonly home: string;
  readonly camera: string;
  readonly event: string;
  readonly kind: string;
  readonly revision: number;
}

export interface ManifestVectors {
  readonly device: { readonly pkcs8: string; readonly publicKey: string; readonly agent: string };
  /** `payload` is the JSON of the manifest; `eventHash` is what the next event's `previous` must be. */
  readonly cases: readonly {
    readonly name: string;
    readonly asked: AskedVector;
    readonly payload: string;
    readonly jws: string;
    readonly eventHash: string;
    /** The container, its key and what is in it, all hexadecimal; null where the vector has none. */
    readonly object: {
      readonly container: string;
      readonly contentKey: string;
      readonly plaintext: string;
    } | null;
  }[];
  readonly gap: {
    readonly home: string;
    readonly camera: string;
    readonly payload: string;
    readonly jws: string;
  };
  readonly refused: readonly {
    readonly name: string;
    readonly reason: VaultReason;
    readonly asked: AskedVector;
    readonly deviceKey: string;
    readonly jws: string;
  }[];
}

const askedFrom = (asked: AskedVector): ExpectedManifest => ({
  home: HomeId.parse(asked.home),
  camera: CameraId.parse(asked.camera),
  event: EventId.parse(asked.event),
  kind: ObjectKind.parse(asked.kind),
  revision: asked.revision,
});

/** Verifies each manifest, opens its container, and is refused each forgery. */
export async function checkManifest(vectors: ManifestVectors, expect: Expectation): Promise<void> {
  const { device } = vectors;
  const imported = await importDeviceKey(fromHex(device.pkcs8));
  expect.equal(imported.publicKey, device.publicKey, 'device key');
  expect.equal(await deviceIdentity(device.publicKey), device.agent, 'agent');
  for (const vector of vectors.cases) {
    const manifest = await verifyManifest(vector.jws, askedFrom(vector.asked), device.publicKey);
    expect.equal(JSON.stringify(manifest), vector.payload, `${vector.name}, payload`);
    expect.equal(await eventHash(manifest), vector.eventHash, `${vector.name}, event hash`);
    if (vector.object === null) continue;
    const { container, contentKey, plaintext } = vector.object;
    const opened = await openWhole(manifest, fromHex(container), fromHex(contentKey));
    expect.bytes(opened, fromHex(plaintext), `${vector.name}, object`);
  }
  const place = { home: HomeId.parse(vectors.gap.home), camera: CameraId.parse(vectors.gap.camera) };
  const gap = await verifyGap(vectors.gap.jws, place, device.publicKey);
  expect.equal(JSON.stringify(gap), vectors.gap.payload, 'gap');
  for (const forgery of vectors.refused) {
    const attempt = () => verifyManifest(forgery.jws, askedFrom(forgery.asked), forgery.deviceKey);
    await expect.refused(attempt, forgery.reason, forgery.name);
  }
}
