// The agent's own page in Debian's Chromium, dark and light, on a phone and on a desk.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { browser } from '../../web/tests/support/browser.ts';
import { startStubCloud } from './support/stub-cloud.ts';
import { startTestAgent, temporaryDirectory } from './support/test-agent.ts';
import { until } from './support/until.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

test('the local page shows code and cameras, takes a camera, and axe finds nothing on any of its pages', async (t) => {
  const directory = await temporaryDirectory(t);
  const cloud = await startStubCloud(t);
  const agent = await startTestAgent(cloud, directory);
  const shown = await until('a code', () => agent.news.find((one) => one.kind === 'pairing-code'));
  assert.ok(shown.kind === 'pairing-code');

  for (const look of [
    { colorScheme: 'light', viewport: { width: 390, height: 800 } },
    { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  ] as const) {
    // The page's own policy forbids foreign scripts, and axe is one.
    const context = await (await browser()).newContext({ ...look, bypassCSP: true });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    const check = async (path: string) => {
      await page.addScriptTag({ path: AXE });
      const found = await page.evaluate(
        'axe.run().then(({ violations }) => violations.map((one) => one.id + ": " + one.nodes[0]?.html))',
      );
      assert.deepEqual(found, [], path);
      const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      assert.equal(wide, false, `${path} is wider than the screen`);
    };
    await page.goto(agent.pageUrl);
    assert.ok((await page.locator('.code').textContent())?.includes(shown.code));
    assert.ok(await page.locator('.qr svg').isVisible());
    await check('/');
    await page.getByRole('link', { name: 'Add a camera' }).click();
    await check('/cameras/new');
    const host = `10.0.0.${look.viewport.width % 200}`;
    await page.getByLabel('Address').fill('http://wrong');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.ok(await page.getByRole('alert').isVisible());
    await check('/cameras, refused');
    await page.getByLabel('Address').fill(`rtsp://${host}/stream1`);
    await page.getByLabel('Password').fill('s3cret-word');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(host, { exact: false }).first().waitFor();
    await check('/, with a camera');
    await page.getByRole('link', { name: `Change or remove ${host}` }).click();
    assert.equal(await page.getByLabel('Password').inputValue(), '');
    await check('/cameras/:camera');
    await page.getByRole('button', { name: 'Remove this camera' }).click();
    await page.getByRole('link', { name: 'Add a camera' }).waitFor();
    assert.equal(await page.getByText(host).count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  }
});
