import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './attempts.ts';

test('IPv4 addresses count one by one, written either way', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
});

test('IPv6 addresses count by their /64, however they are written', () => {
  const network = '2001:db8:0:1';
  for (const address of ['2001:db8:0:1::', '2001:0db8::1:a:b:c:d', '2001:DB8:0:1:ffff:ffff:ffff:ffff'])
    assert.equal(networkOf(address), network, address);
  assert.notEqual(networkOf('2001:db8:0:2::'), network);
  assert.equal(networkOf('::1'), '0:0:0:0');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
});
