import { wrapMasterKey } from '../../src/account.ts';
import {
  newRecoveryCode,
  parseRecoveryCode,
  recoveryProof,
  recoveryWrappingSecret,
} from '../../src/recovery.ts';
import type { RecoveryVectors } from '../../src/vectors/check-recovery.ts';
import { toHex } from '../../src/vectors/expect.ts';
import { masterKey, owner, ramp } from './fixed.ts';

export async function makeRecovery(): Promise<RecoveryVectors> {
  const entropy = ramp(0x41, 16);
  const code = newRecoveryCode(() => entropy);
  const words = code.split(' ');
  const secret = parseRecoveryCode(code);
  const wrappingSecret = await recoveryWrappingSecret(secret);
  const exportKey = ramp(0x51, 64);
  const nonce = ramp(0x61, 12);
  const wrap = (purpose: 'passphrase' | 'recovery', by: Uint8Array<ArrayBuffer>) =>
    wrapMasterKey(masterKey, by, purpose, owner.account, () => nonce);
  return {
    entropy: toHex(entropy),
    code,
    typed: [`  ${code.toUpperCase()}\n`, words.join('\n'), words.join('   '), words.join('\u00a0')],
    refused: [
      '',
      words.slice(1).join(' '),
      `${code} ${words[0]}`,
      [words[1], words[0], ...words.slice(2)].join(' '),
      ['nightlatch', ...words.slice(1)].join(' '),
    ],
    ...(await recoveryProof(secret)),
    wrappingSecret: toHex(wrappingSecret),
    account: {
      master: toHex(masterKey),
      account: owner.account,
      signingKey: owner.keys.signingKey,
      sealingKey: owner.keys.sealingKey,
    },
    wraps: [
      {
        purpose: 'passphrase',
        wrappingSecret: toHex(exportKey),
        nonce: toHex(nonce),
        wrapped: await wrap('passphrase', exportKey),
      },
      {
        purpose: 'recovery',
        wrappingSecret: toHex(wrappingSecret),
        nonce: toHex(nonce),
        wrapped: await wrap('recovery', wrappingSecret),
      },
    ],
  };
}
