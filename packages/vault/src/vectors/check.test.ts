import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { checkVectors, VECTOR_FILES, type Vectors } from './check.ts';

async function published(): Promise<Vectors> {
  const texts = await Promise.all(
    VECTOR_FILES.map((name) => readFile(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8')),
  );
  return JSON.parse(`{${VECTOR_FILES.map((name, index) => `"${name}":${texts[index]}`).join(',')}}`);
}

test('the vault agrees with every published vector, in Node', async () => {
  const { compared } = await checkVectors(await published());
  assert.ok(compared > 150, `only ${compared} comparisons were made`);
});

test('a vector that differs in one character is noticed, in every file', async () => {
  const good = await published();
  const spoilt: Vectors[] = [
    {
      ...good,
      container: {
        ...good.container,
        cases: good.container.cases.map((one) => ({ ...one, headerHash: 'x' })),
      },
    },
    { ...good, manifest: { ...good.manifest, gap: { ...good.manifest.gap, payload: '{}' } } },
    { ...good, 'home-log': { ...good['home-log'], summary: '{}' } },
    { ...good, hpke: { ...good.hpke, cameraName: { ...good.hpke.cameraName, name: 'Haustur' } } },
    { ...good, recovery: { ...good.recovery, proofHash: 'x' } },
    { ...good, pairing: { ...good.pairing, offerPayload: '{}' } },
    { ...good, live: { ...good.live, mediaType: 'x' } },
  ];
  for (const vectors of spoilt) await assert.rejects(checkVectors(vectors), /the vector says/);
});

test('a forgery that is let through, or refused for another reason, is noticed', async () => {
  const good = await published();
  const [forgery] = good.container.refused;
  const [fine] = good.container.cases;
  assert.ok(forgery && fine);
  const [chunk] = fine.chunks;
  const harmless = { ...forgery, label: fine.label, sealed: chunk?.sealed ?? '' };
  const letThrough = { ...good, container: { ...good.container, refused: [harmless] } };
  await assert.rejects(checkVectors(letThrough), /was not refused/);
  const otherwise = {
    ...good,
    container: { ...good.container, refused: [{ ...forgery, reason: 'expired' as const }] },
  };
  await assert.rejects(checkVectors(otherwise), /refused otherwise/);
});
