import assert from 'node:assert/strict';
import { test } from 'node:test';
import { axeFindings } from './support/axe.ts';
import { newVisitor } from './support/browser.ts';
import { confirmRecoveryCode, EMAIL, logIn, PASSPHRASE, signUp } from './support/doings.ts';
import { startStubCloud } from './support/stub-cloud.ts';

test('an account is made, its recovery code confirmed, and a second empty browser logs in to the same home', async () => {
  await using cloud = await startStubCloud();
  await using first = await newVisitor(cloud.url);
  await signUp(first.page);
  await confirmRecoveryCode(first.page);
  assert.equal(cloud.homes.logs.size, 1);

  await using second = await newVisitor(cloud.url);
  await logIn(second.page);
  await second.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
  assert.equal(cloud.homes.logs.size, 1);
  assert.deepEqual([first.troubles, second.troubles], [[], []]);
});

test('nothing that leaves the browser at sign-up holds the passphrase or the recovery code', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const sent: string[] = [];
  visitor.page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await signUp(visitor.page);
  const code = await confirmRecoveryCode(visitor.page);
  const everything = sent.join('\n');
  assert.match(everything, /registrationRecord/);
  for (const secret of [PASSPHRASE, code, ...PASSPHRASE.split(' ')])
    assert.ok(!everything.includes(secret), secret);
});

test('a wrong passphrase and an unknown e-mail are told alike', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  await signUp(visitor.page);
  await using stranger = await newVisitor(cloud.url);
  const told = [];
  for (const [email, passphrase] of [
    [EMAIL, 'another passphrase here'],
    ['nobody@example.org', PASSPHRASE],
  ] as const) {
    await logIn(stranger.page, email, passphrase);
    told.push(await stranger.page.getByRole('alert').textContent());
  }
  assert.match(told[0] ?? '', /do not fit together. Nothing was changed/);
  assert.equal(told[0], told[1]);
});

test('an e-mail that has an account keeps it when somebody signs up with it again', async () => {
  await using cloud = await startStubCloud();
  await using owner = await newVisitor(cloud.url);
  await signUp(owner.page);
  await using other = await newVisitor(cloud.url);
  await other.page.goto('/sign-up');
  await other.page.getByLabel('E-mail').fill(EMAIL);
  await other.page.getByRole('textbox', { name: 'Passphrase' }).fill('a very different passphrase');
  await other.page.getByRole('button', { name: 'Make account' }).click();
  await other.page.getByText('seems to have an account already').waitFor();
});

test('the recovery code lets one back in, sets a new passphrase, and logs other browsers out', async () => {
  await using cloud = await startStubCloud();
  await using first = await newVisitor(cloud.url);
  await signUp(first.page);
  const code = await confirmRecoveryCode(first.page);

  await using second = await newVisitor(cloud.url);
  const { page } = second;
  await page.goto('/recover');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Recovery code').fill(`  ${code.toUpperCase().replaceAll(' ', '  ')} `);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('gravel orchid submarine lantern');
  await page.getByRole('button', { name: 'Set passphrase' }).click();
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();
  assert.equal(cloud.homes.logs.size, 1);

  await first.page.reload();
  await first.page.getByRole('link', { name: 'Log in' }).waitFor();
  await logIn(first.page);
  await first.page.getByText('do not fit together').waitFor();
  await logIn(first.page, EMAIL, 'gravel orchid submarine lantern');
  await first.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
});

test('a recovery code with a misspelt word never leaves the browser', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const asked: string[] = [];
  visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await visitor.page.goto('/recover');
  await visitor.page.getByLabel('E-mail').fill(EMAIL);
  await visitor.page.getByLabel('Recovery code').fill('one two three');
  await visitor.page.getByRole('button', { name: 'Go on' }).click();
  await visitor.page.getByRole('alert').filter({ hasText: 'twelve words' }).waitFor();
  assert.ok(!asked.includes('/api/recovery/start'));
});

test('until a recovery code is confirmed the app asks for it, and a reloaded page makes another one', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  const lost = (await page.locator('.words li span:last-child').allTextContents()).join(' ');
  await page.goto('/cameras');
  await page.getByText('You have no recovery code yet').waitFor();
  await page.getByRole('link', { name: 'Make one now' }).click();
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  assert.notEqual(await confirmRecoveryCode(page), lost);
  await page.getByRole('link', { name: 'Cameras' }).click();
  await page.getByText('No cameras yet').waitFor();
  assert.equal(await page.getByText('You have no recovery code yet').count(), 0);
});

test('logging out clears the keys from the browser', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  const keys = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const opening = indexedDB.open('nightlatch');
          opening.onsuccess = () => {
            const counting = opening.result.transaction('keys').objectStore('keys').count();
            counting.onsuccess = () => resolve(counting.result);
          };
        }),
    );
  assert.equal(await keys(), 1);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('your keys are gone from this browser').waitFor();
  assert.equal(await keys(), 0);
  assert.equal(cloud.accounts.sessions.size, 0);
});

test('logging out in one tab takes the home off the others at once, also without the cloud', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  await page.goto('/cameras');
  await page.getByText('No cameras yet').waitFor();
  const other = await page.context().newPage();
  await other.goto('/settings');
  await other.getByRole('button', { name: 'Log out' }).waitFor();
  // The cloud is away: nothing but the other tab itself can tell.
  await page.context().route('**/api/**', (route) => route.abort());
  await other.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('You are logged out').waitFor();
  assert.equal(await page.getByText('No cameras yet').count(), 0);
});

test('the passphrase is changed only by somebody who knows the one before', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  await page.goto('/settings');
  await page.getByRole('button', { name: 'Change passphrase' }).click();
  const before = page.getByRole('textbox', { name: 'Passphrase until now' });
  await before.fill('not the passphrase');
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('gravel orchid submarine lantern');
  await page.getByRole('button', { name: 'Change passphrase' }).click();
  await page.getByText('do not fit together').waitFor();
  await before.fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Change passphrase' }).click();
  await page.getByText('Your passphrase is changed').waitFor();
  await using second = await newVisitor(cloud.url);
  await logIn(second.page, EMAIL, 'gravel orchid submarine lantern');
  await second.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
});

test('a session of another browser is listed and can be ended from here', async () => {
  await using cloud = await startStubCloud();
  await using first = await newVisitor(cloud.url);
  await using second = await newVisitor(cloud.url);
  await signUp(first.page);
  await logIn(second.page);
  await second.page.getByRole('heading', { name: 'Welcome home' }).waitFor();
  await first.page.getByRole('link', { name: 'Settings' }).click();
  await first.page.getByRole('button', { name: /^End/ }).click();
  await first.page.getByRole('button', { name: /^End/ }).waitFor({ state: 'detached' });
  await second.page.reload();
  await second.page.getByRole('link', { name: 'Make an account' }).waitFor();
});

test('an account is made and confirmed by the keyboard alone', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  await page.goto('/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  // The mark comes first, and then what the page is for.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Make an account');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Make an account' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.type(EMAIL);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSPHRASE);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  const words = await page.locator('.words li span:last-child').allTextContents();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'I have written it down');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Did you write it down?' }).waitFor();
  for (const label of await page.locator('form label').allTextContents()) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(words[Number(label.replace('Word ', '')) - 1] ?? '');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();
});

test('a session that ends while the app is open asks to log in again, and comes back to the same page', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await signUp(page);
  cloud.accounts.sessions.clear();
  await page.getByRole('link', { name: 'Cameras' }).click();
  await page.getByText('Your session has ended').waitFor();
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Cameras', exact: true }).waitFor();
});

test('a cloud that is away says so, and is asked again on demand', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url);
  const { page } = visitor;
  await page.route('**/api/**', (route) => route.abort());
  await page.goto('/');
  await page.getByText('The cloud cannot be reached').waitFor();
  assert.deepEqual(await axeFindings(page), []);
  await page.unroute('**/api/**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('link', { name: 'Make an account' }).waitFor();
});

test('axe finds nothing on the pages before and after the log-in, in light and dark, on phone and desk', async () => {
  await using cloud = await startStubCloud();
  await using visitor = await newVisitor(cloud.url, { reducedMotion: 'reduce' });
  const { page } = visitor;
  const check = async (...paths: string[]) => {
    for (const path of paths) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        for (const width of [390, 1440]) {
          await page.setViewportSize({ width, height: 844 });
          assert.deepEqual(await axeFindings(page), [], `${path} ${colorScheme} ${width}`);
        }
      }
    }
  };
  await check('/', '/sign-up', '/log-in', '/recover');
  await signUp(page);
  assert.deepEqual(await axeFindings(page), []);
  await check('/', '/settings', '/cameras', '/pair', '/recovery-code');
  assert.deepEqual(visitor.troubles, []);
});
