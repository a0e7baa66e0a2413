import { type GapStatement, MANIFEST_TYP, type Manifest } from '@nightlatch/protocol/manifest';
import { createSealer } from '../../src/container.ts';
import { concat, utf8 } from '../../src/encoding.ts';
import { eventHash, signGap, signManifest } from '../../src/manifest.ts';
import { signJws } from '../../src/signing.ts';
import type { ManifestVectors } from '../../src/vectors/check-manifest.ts';
import { toHex } from '../../src/vectors/expect.ts';
import {
  camera,
  contentKey,
  device,
  devicePkcs8,
  event,
  gap,
  home,
  label,
  otherCamera,
  otherDevice,
  otherEvent,
  otherHome,
  ramp,
  startedAt,
} from './fixed.ts';
import { forgedHeaders } from './forged-headers.ts';
import { sealedContentKey } from './seals.ts';

const { privateKey, publicKey, agent } = device;

async function thumbnail() {
  const sealer = await createSealer({ label, contentKey, random: () => ramp(0x02, 32) });
  const plaintexts = [utf8('a picture '), utf8('of a door')];
  const first = await sealer.seal(plaintexts[0] ?? utf8(''), { final: false });
  const last = await sealer.seal(plaintexts[1] ?? utf8(''), { final: true });
  const manifest: Manifest = {
    ...label,
    sequence: 2,
    previous: await eventHash({ ...label, event: otherEvent, sequence: 1, startedAt: 0, previous: null }),
    startedAt,
    endedAt: startedAt + 12_000,
    state: 'complete',
    sealedKey: sealedContentKey,
    headerHash: sealer.headerHash,
    headerBytes: sealer.header.length,
    chunks: [
      [first.sealed.length, first.hash, 0],
      [last.sealed.length, last.hash, null],
    ],
  };
  const container = concat(sealer.header, first.frame, last.frame);
  return { manifest, container, plaintext: concat(...plaintexts) };
}

export async function makeManifest(): Promise<ManifestVectors> {
  const { manifest, container, plaintext } = await thumbnail();
  const growing: Manifest = {
    ...manifest,
    kind: 'clip',
    revision: 0,
    sequence: 1,
    previous: null,
    endedAt: null,
    state: 'growing',
    chunks: [],
  };
  const asked = { home, camera, event, kind: 'thumbnail', revision: 1 };
  const jws = await signManifest(manifest, privateKey);
  const growingJws = await signManifest(growing, privateKey);
  const lost: GapStatement = {
    gap,
    home,
    camera,
    fromSequence: 3,
    toSequence: 5,
    from: startedAt,
    to: startedAt + 60_000,
    reason: 'spool-full',
  };
  const gapJws = await signGap(lost, privateKey);
  const askedOtherwise = Object.entries({
    home: otherHome,
    camera: otherCamera,
    event: otherEvent,
    kind: 'clip',
    revision: 0,
  }).map(([field, value]) => ({
    name: `asked for another ${field}`,
    reason: 'wrong-subject' as const,
    asked: { ...asked, [field]: value },
    deviceKey: publicKey,
    jws,
  }));
  const refusal = { asked, deviceKey: publicKey };
  const mistyped = await signJws(manifest, { typ: 'nightlatch-gap+jwt', privateKey });
  const holed = await signJws({ ...manifest, previous: null }, { typ: MANIFEST_TYP, privateKey });
  return {
    device: { pkcs8: toHex(devicePkcs8(0xc0)), publicKey, agent },
    cases: [
      {
        name: 'a complete thumbnail',
        asked,
        payload: JSON.stringify(manifest),
        jws,
        eventHash: await eventHash(manifest),
        object: { container: toHex(container), contentKey: toHex(contentKey), plaintext: toHex(plaintext) },
      },
      {
        name: 'a clip of the first event, just begun',
        asked: { ...asked, kind: 'clip', revision: 0 },
        payload: JSON.stringify(growing),
        jws: growingJws,
        eventHash: await eventHash(growing),
        object: null,
      },
    ],
    gap: { home, camera, payload: JSON.stringify(lost), jws: gapJws },
    refused: [
      ...askedOtherwise,
      {
        ...refusal,
        name: 'another device key',
        reason: 'wrong-signature',
        deviceKey: otherDevice.publicKey,
        jws,
      },
      { ...refusal, name: 'a gap statement for a manifest', reason: 'wrong-type', jws: gapJws },
      { ...refusal, name: 'a manifest signed as a gap statement', reason: 'wrong-type', jws: mistyped },
      { ...refusal, name: 'a later event without a previous one', reason: 'broken-chain', jws: holed },
      ...(await forgedHeaders(jws, publicKey)).map((forgery) => ({ ...refusal, ...forgery })),
    ],
  };
}
