import assert from 'node:assert/strict';
import test from 'node:test';
import { systemRandom, toBase64Url } from './encoding.ts';
import { VaultError } from './errors.ts';
import { newRecoveryCode, parseRecoveryCode, recoveryProof, recoveryWrappingSecret } from './recovery.ts';

test('a recovery code has twelve words and gives its secret however it is typed', () => {
  const code = newRecoveryCode(systemRandom);
  assert.match(code, /^([a-z]+ ){11}[a-z]+$/);
  const secret = parseRecoveryCode(code);
  assert.equal(secret.length, 16);
  assert.deepEqual(parseRecoveryCode(` ${code.toUpperCase().replaceAll(' ', ' \n ')} `), secret);
  assert.notEqual(newRecoveryCode(systemRandom), code);
});

test('the published words of BIP-39 give the published entropy', () => {
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
  assert.deepEqual(parseRecoveryCode(words), new Uint8Array(16).fill(0x7f));
});

test('a good BIP-39 phrase of another length is no recovery code', () => {
  const phrase = `${'abandon '.repeat(23)}art`;
  assert.throws(() => parseRecoveryCode(phrase), { reason: 'malformed', message: /twelve words/ });
});

test('a mistake in a code is found, and the error keeps no word of it', () => {
  const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'.split(' ');
  const mistakes = [
    words.with(11, 'thank'),
    words.with(0, 'winner').with(1, 'legal'),
    words.with(3, 'yeer'),
    words.slice(1),
    [...words, ...words],
    [],
  ];
  for (const mistake of mistakes) {
    assert.throws(
      () => parseRecoveryCode(mistake.join(' ')),
      (error) => {
        assert.ok(error instanceof VaultError);
        assert.equal(error.reason, 'malformed');
        assert.equal(error.cause, undefined);
        assert.doesNotMatch(error.message, /yeer|legal|winner|yellow/);
        return true;
      },
    );
  }
  assert.throws(() => parseRecoveryCode(words.join(' '.repeat(100))), { reason: 'malformed' });
});

test('what the server keeps, what it is shown and what wraps the master key are three different things', async () => {
  const secret = parseRecoveryCode(newRecoveryCode(systemRandom));
  const { proof, proofHash } = await recoveryProof(secret);
  const wrapping = toBase64Url(await recoveryWrappingSecret(secret));
  assert.equal(new Set([proof, proofHash, wrapping, toBase64Url(secret)]).size, 4);
});
