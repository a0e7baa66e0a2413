import { deriveAccountKeys, unwrapMasterKey, type WrapPurpose, wrapMasterKey } from '../account.ts';
import { newRecoveryCode, parseRecoveryCode, recoveryProof, recoveryWrappingSecret } from '../recovery.ts';
import { type Expectation, fromHex } from './expect.ts';

export interface RecoveryVectors {
  readonly entropy: string;
  readonly code: string;
  /** The same code as people type it. */
  readonly typed: readonly string[];
  readonly refused: readonly string[];
  readonly proof: string;
  readonly proofHash: string;
  readonly wrappingSecret: string;
  readonly account: {
    readonly master: string;
    readonly account: string;
    readonly signingKey: string;
    readonly sealingKey: string;
  };
  readonly wraps: readonly {
    readonly purpose: WrapPurpose;
    readonly wrappingSecret: string;
    readonly nonce: string;
    readonly wrapped: string;
  }[];
}

/** The code, what is derived from it, the account's keys from the master key, and both wraps of it. */
export async function checkRecovery(vectors: RecoveryVectors, expect: Expectation): Promise<void> {
  expect.equal(
    newRecoveryCode(() => fromHex(vectors.entropy)),
    vectors.code,
    'recovery code',
  );
  for (const text of [vectors.code, ...vectors.typed]) {
    expect.bytes(parseRecoveryCode(text), fromHex(vectors.entropy), `the secret of "${text}"`);
  }
  for (const text of vectors.refused) {
    await expect.refused(async () => parseRecoveryCode(text), 'malformed', `"${text}"`);
  }
  const secret = parseRecoveryCode(vectors.code);
  const { proof, proofHash } = await recoveryProof(secret);
  expect.equal(proof, vectors.proof, 'recovery proof');
  expect.equal(proofHash, vectors.proofHash, 'hash of the recovery proof');
  expect.bytes(await recoveryWrappingSecret(secret), fromHex(vectors.wrappingSecret), 'wrapping secret');

  const master = fromHex(vectors.account.master);
  const { account, keys } = await deriveAccountKeys(master);
  expect.equal(account, vectors.account.account, 'account');
  expect.equal(keys.signingKey, vectors.account.signingKey, 'signing key');
  expect.equal(keys.sealingKey, vectors.account.sealingKey, 'sealing key');
  for (const { purpose, wrappingSecret, nonce, wrapped } of vectors.wraps) {
    const wrapping = fromHex(wrappingSecret);
    const made = await wrapMasterKey(master, wrapping, purpose, account, () => fromHex(nonce));
    expect.equal(made, wrapped, `master key wrapped for ${purpose}`);
    expect.bytes(
      await unwrapMasterKey(wrapped, wrapping, purpose, account),
      master,
      `unwrapped for ${purpose}`,
    );
    const other = purpose === 'recovery' ? 'passphrase' : 'recovery';
    const crossed = () => unwrapMasterKey(wrapped, wrapping, other, account);
    await expect.refused(crossed, 'wrong-key', `wrapped for ${purpose}, unwrapped for ${other}`);
  }
}
