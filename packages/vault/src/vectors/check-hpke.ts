import { AccountId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { openContentKey, sealContentKey } from '../content.ts';
import { fromBase64Url, toBase64Url } from '../encoding.ts';
import { type EpochKey, fingerprintOf, openEpochKey } from '../epoch.ts';
import { hpkeSuite } from '../hpke.ts';
import { sealingKeyOf } from '../keys.ts';
import { openCameraName } from '../name.ts';
import { type LabelVector, labelFrom } from './check-container.ts';
import { type Expectation, fromHex } from './expect.ts';

export interface HpkeVectors {
  /** From the vectors published with RFC 9180: base mode, X25519, HKDF-SHA-256, AES-256-GCM. All hexadecimal. */
  readonly rfc9180: {
    readonly info: string;
    readonly skRm: string;
    readonly pkRm: string;
    readonly enc: string;
    readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
  };
  readonly epochSeal: {
    readonly home: string;
    readonly camera: string;
    readonly epoch: number;
    readonly member: string;
    /** The member's X25519 key. */
    readonly sealingSecret: string;
    readonly sealingKey: string;
    readonly fingerprint: string;
    readonly sealed: string;
    readonly epochSecret: string;
    readonly epochPublicKey: string;
  };
  readonly contentKey: { readonly label: LabelVector; readonly sealed: string; readonly contentKey: string };
  readonly cameraName: { readonly sealed: string; readonly name: string };
}

/** Opens everything that is sealed, and is refused each of them under another label or key. */
export async function checkHpke(vectors: HpkeVectors, expect: Expectation): Promise<void> {
  await checkRfc(vectors.rfc9180, expect);
  const { epochSeal, contentKey, cameraName } = vectors;
  const sealing = await sealingKeyOf(fromHex(epochSeal.sealingSecret));
  expect.equal(sealing.publicKey, epochSeal.sealingKey, 'sealing key');
  expect.equal(await fingerprintOf(epochSeal.sealingKey), epochSeal.fingerprint, 'fingerprint');
  const asked = {
    home: HomeId.parse(epochSeal.home),
    camera: CameraId.parse(epochSeal.camera),
    epoch: epochSeal.epoch,
    member: AccountId.parse(epochSeal.member),
    sealing,
    epochPublicKey: epochSeal.epochPublicKey,
  };
  const seal = { member: asked.member, fingerprint: epochSeal.fingerprint, sealed: epochSeal.sealed };
  const epochKey = await openEpochKey(seal, asked);
  expect.equal(epochKey.publicKey, epochSeal.epochPublicKey, 'epoch key');
  const same = await sealingKeyOf(fromHex(epochSeal.epochSecret));
  expect.equal(same.publicKey, epochSeal.epochPublicKey, 'public half of the epoch secret');
  const otherEpoch = { ...asked, epoch: asked.epoch + 1 };
  await expect.refused(() => openEpochKey(seal, otherEpoch), 'damaged', 'epoch seal of another epoch');

  const label = labelFrom(contentKey.label);
  const opened = await openContentKey(contentKey.sealed, { ...label, epochKey });
  expect.bytes(opened, fromHex(contentKey.contentKey), 'content key');
  const name = await openCameraName(cameraName.sealed, { ...asked, epochKey });
  expect.equal(name, cameraName.name, 'camera name');

  const relabelled = { ...label, revision: label.revision + 1, epochKey };
  await expect.refused(
    () => openContentKey(contentKey.sealed, relabelled),
    'damaged',
    'content key, relabelled',
  );
  const stranger: EpochKey = { ...epochKey, ...(await sealingKeyOf(new Uint8Array(32).fill(7))) };
  const forStranger = { ...asked, epochKey: stranger };
  await expect.refused(
    () => openCameraName(cameraName.sealed, forStranger),
    'damaged',
    'name by another key',
  );

  // Points of small order give a shared secret that everybody knows; the platform must not take them.
  const smallOrder = toBase64Url(new Uint8Array(32));
  const toNobody = { ...label, epochPublicKey: smallOrder };
  await expect.refused(() => sealContentKey(new Uint8Array(32), toNobody), 'malformed', 'key of small order');
  const fromNobody = toBase64Url(fromBase64Url(contentKey.sealed).fill(0, 0, 32));
  const openFromNobody = () => openContentKey(fromNobody, { ...label, epochKey });
  await expect.refused(openFromNobody, 'damaged', 'encapsulated key of small order');
}

async function checkRfc(vector: HpkeVectors['rfc9180'], expect: Expectation): Promise<void> {
  const { keyPair, publicKey } = await sealingKeyOf(fromHex(vector.skRm));
  const published = await hpkeSuite.kem.serializePublicKey(keyPair.publicKey);
  expect.bytes(new Uint8Array(published), fromHex(vector.pkRm), `public key ${publicKey} of RFC 9180`);
  const parameters = { recipientKey: keyPair, enc: fromHex(vector.enc), info: fromHex(vector.info) };
  const context = await hpkeSuite.createRecipientContext(parameters);
  for (const { aad, ct, pt } of vector.encryptions) {
    const opened = await context.open(fromHex(ct), fromHex(aad));
    expect.bytes(new Uint8Array(opened), fromHex(pt), 'plaintext of RFC 9180');
  }
}
