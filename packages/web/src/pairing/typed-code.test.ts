import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePairingCode } from '@nightlatch/vault/pairing';
import { charactersTyped, codeIn, groupsWhileTyping } from './typed-code.ts';

const CODE = '9DBA-TH8B-KPM5-EDDD-VHRP';

test('a code falls into groups while it is typed, in any case and with look-alike letters', () => {
  let typed = '';
  for (const character of '9dbath8bkpm5edddvhrp') typed = groupsWhileTyping(typed, typed + character);
  assert.equal(typed, CODE);
  assert.equal(groupsWhileTyping('', 'oil0'), '0110');
});

test('a code is taken from a pasted link, with spaces, or as it stands', () => {
  for (const pasted of [`https://cloud.example/pair#${CODE}`, ` ${CODE.replaceAll('-', ' ')} `, CODE])
    assert.equal(groupsWhileTyping('', pasted), CODE);
  assert.equal(codeIn(`https://cloud.example/pair#${CODE}`), CODE);
});

test('a correction in the middle is left as it is typed', () => {
  assert.equal(groupsWhileTyping('9DBA-TH8B', '9DBA-H8B'), '9DBA-H8B');
  assert.equal(groupsWhileTyping('9DBA-H8B', '9DBA-XH8B'), '9DBA-XH8B');
});

test('what the field shows as whole is what the vault takes', () => {
  assert.equal(charactersTyped(CODE), 20);
  assert.equal(parsePairingCode(CODE).code, CODE);
});
