import type { Page } from 'playwright-core';

export const EMAIL = 'anna@example.org';
export const PASSPHRASE = 'slow harbour violet teacup';

/** Makes an account, up to the page with the recovery code. */
export async function signUp(page: Page, email = EMAIL, passphrase = PASSPHRASE): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
  await page.getByRole('button', { name: 'Make account' }).click();
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
}

/** Reads the code off the page and confirms it; gives the twelve words. */
export async function confirmRecoveryCode(page: Page): Promise<string> {
  const words = await page.locator('.words li span:last-child').allTextContents();
  await page.getByRole('button', { name: 'I have written it down' }).click();
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();
  return words.join(' ');
}

export async function logIn(page: Page, email = EMAIL, passphrase = PASSPHRASE): Promise<void> {
  await page.goto('/log-in');
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
  await page.getByRole('button', { name: 'Log in' }).click();
}
