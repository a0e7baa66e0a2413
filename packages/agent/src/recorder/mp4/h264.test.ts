import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parameterSetsIn, splitAnnexB, toSample, videoCodecString } from './h264.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (data: Uint8Array) => Buffer.from(data).toString('hex');

describe('H.264 from Annex B to MP4', () => {
  it('splits at start codes of three and four bytes and drops padding', () => {
    const nals = splitAnnexB(bytes('00000001 6764001f 000001 68ee 00000000 01 6588 00 00 03 00 00'));
    assert.deepEqual(nals.map(hexOf), ['6764001f', '68ee', '6588000003']);
  });

  it('reads profile, constraints and level from the SPS', () => {
    const sets = parameterSetsIn(bytes('00000001 674d401f96 00000001 68e909'));
    assert.ok(sets);
    assert.equal(videoCodecString(sets), 'avc1.4d401f');
  });

  it('says that a frame without both parameter sets has none', () => {
    assert.equal(parameterSetsIn(bytes('00000001 674d401f96 00000001 6588')), null);
  });

  it('puts lengths before NAL units and leaves parameter sets and delimiters out', () => {
    const sample = toSample(
      bytes('00000001 09f0 00000001 6764001f 00000001 68ee 00000001 0605 000001 6588ff'),
    );
    assert.equal(hexOf(sample), '000000020605000000036588ff');
  });
});
