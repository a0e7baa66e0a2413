import { fingerprintOf } from '../../src/epoch.ts';
import { derive } from '../../src/keys.ts';
import type { HpkeVectors } from '../../src/vectors/check-hpke.ts';
import { toHex } from '../../src/vectors/expect.ts';
import { camera, contentKey, epochKey, epochSecret, home, label, masterKey, owner } from './fixed.ts';
import { cameraName, sealedContentKey, sealedEpochKey, sealedName } from './seals.ts';

/**
 * From the test vectors published beside RFC 9180 (cfrg/draft-irtf-cfrg-hpke, `test-vectors.json`; the appendix of the
 * RFC prints other suites): mode 0, kem 0x0020, kdf 0x0001, aead 0x0002, the first four encryptions.
 */
const rfc9180 = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  skRm: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
  pkRm: '430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c',
  enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
  encryptions: [
    [
      '436f756e742d30',
      'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
    ],
    [
      '436f756e742d31',
      '2c43aff25343fdbff864506f0818b9d87df84ea01b1a2144d23b4d40c26bf655fdf197fe40297a8aebeed5cc2d',
    ],
    [
      '436f756e742d32',
      'e0a8f2cf92ff61215edbb8c55dc31fe9e2eb42a5685867bb6854211542099f9e940c4b41c192bc390835b1a5f7',
    ],
    [
      '436f756e742d33',
      'a8ea1deafbe4935d0d484a026301a339d4668c43c37f5e289bf758c7aeb3e2812d0321c12b71978855883420c0',
    ],
  ].map(([aad = '', ct = '']) => ({
    aad,
    ct,
    pt: '4265617574792069732074727574682c20747275746820626561757479',
  })),
};

export async function makeHpke(): Promise<HpkeVectors> {
  const sealingSecret = await derive(masterKey, new Uint8Array(0), 32, 'nightlatch account sealing v1');
  return {
    rfc9180,
    epochSeal: {
      home,
      camera,
      epoch: label.epoch,
      member: owner.account,
      sealingSecret: toHex(sealingSecret),
      sealingKey: owner.sealing.publicKey,
      fingerprint: await fingerprintOf(owner.sealing.publicKey),
      sealed: sealedEpochKey,
      epochSecret: toHex(epochSecret),
      epochPublicKey: epochKey.publicKey,
    },
    contentKey: { label: { ...label }, sealed: sealedContentKey, contentKey: toHex(contentKey) },
    cameraName: { sealed: sealedName, name: cameraName },
  };
}
