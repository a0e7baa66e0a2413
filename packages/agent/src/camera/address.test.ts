import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressWithCredentials, redactedAddress, withoutSecrets } from './address.ts';

describe('the address of a camera', () => {
  it('takes credentials given beside it, whatever characters they have', () => {
    const url = addressWithCredentials({ url: 'rtsp://cam:554/live?x=1', user: 'a:b', password: 'p@ss/#:%' });
    assert.equal(url, 'rtsp://a%3Ab:p%40ss%2F%23%3A%25@cam:554/live?x=1');
  });

  it('leaves credentials within the URL as they are', () => {
    assert.equal(
      addressWithCredentials({ url: 'rtsp://anna:geheim@cam/live' }),
      'rtsp://anna:geheim@cam/live',
    );
  });

  it('refuses other protocols, so that no file of this machine becomes a camera', () => {
    assert.throws(() => addressWithCredentials({ url: 'file:///etc/passwd' }), TypeError);
  });

  it('shows neither user nor password nor query', () => {
    assert.equal(redactedAddress('rtsp://anna:geheim@cam:8554/live?pwd=geheim'), 'rtsp://cam:8554/live');
    assert.equal(redactedAddress('anna:geheim'.replace(':', ' ')), 'an address that cannot be read');
  });

  it('cuts every secret out of a text for the log', () => {
    const source = {
      kind: 'rtsp' as const,
      url: 'rtsp://u1:p1@cam/x?token=t1',
      user: 'anna',
      password: 'geheim',
    };
    const text = withoutSecrets('failed rtsp://u1:p1@cam/x?token=t1 anna geheim u1 p1', source);
    for (const secret of ['u1', 'p1', 't1', 'anna', 'geheim']) assert.ok(!text.includes(secret), text);
  });
});
