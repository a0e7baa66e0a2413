import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { browser } from '../../web/tests/support/browser.ts';
import { VECTOR_FILES } from '../src/vectors/check.ts';

/** The checking module with all that it imports, as modules for the browser by file name. */
async function bundledCheck(): Promise<Map<string, string>> {
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      target: 'es2024',
      lib: {
        entry: fileURLToPath(new URL('../src/vectors/check.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'check',
      },
    },
  });
  const [bundle] = Array.isArray(output) ? output : [];
  const files = bundle?.output ?? [];
  return new Map(files.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])));
}

const PAGE = '<!doctype html><meta charset="utf-8"><title>Vault vectors</title>';

/** What the browser runs; written as text, because it imports a module that exists only there. */
const RUN = `(async () => {
  const { checkVectors, VECTOR_FILES } = await import('/check.js');
  const read = async (name) => [name, await (await fetch('/' + name + '.json')).json()];
  const vectors = Object.fromEntries(await Promise.all(VECTOR_FILES.map(read)));
  const { compared } = await checkVectors(vectors);
  const spoilt = { ...vectors, pairing: { ...vectors.pairing, offerPayload: '{}' } };
  const noticed = await checkVectors(spoilt).then(() => '', (error) => String(error));
  return { compared, noticed };
})()`;

test('the vault agrees with every published vector, in Chromium', async (context) => {
  const files = new Map([['/', { type: 'text/html', body: PAGE }]]);
  for (const [name, body] of await bundledCheck()) files.set(`/${name}`, { type: 'text/javascript', body });
  for (const name of VECTOR_FILES) {
    const body = await readFile(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8');
    files.set(`/${name}.json`, { type: 'application/json', body });
  }
  const server = createServer((request, response) => {
    const file = files.get(request.url ?? '');
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);

  const page = await (await browser()).newPage();
  // WebCrypto exists only on pages of a secure context; localhost counts as one without TLS.
  await page.goto(`http://localhost:${address.port}/`);
  const found = await page.evaluate<{ compared: number; noticed: string }>(RUN);
  assert.ok(found.compared > 150, `only ${found.compared} comparisons were made`);
  assert.match(found.noticed, /the vector says/);
});
