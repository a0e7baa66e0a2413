import type { Page } from 'playwright-core';

const EMAIL = 'anna@example.org';
const PASSPHRASE = 'slow harbour violet teacup';

/** Makes an account and a home in the web app, pairs the agent that shows the code, and adds its cameras, in any order. */
export async function moveIn(
  page: Page,
  pairingCode: string,
  names: readonly string[] = ['Front door'],
): Promise<void> {
  await page.goto('/sign-up');
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Make account' }).click();
  await page.getByRole('heading', { name: 'Your recovery code' }).waitFor();
  await confirmRecoveryCode(page);
  await page.getByRole('link', { name: 'Pair an agent' }).click();
  await page.getByLabel('Pairing code').fill(pairingCode);
  await page.getByRole('button', { name: 'Find the agent' }).click();
  await page.getByRole('button', { name: 'Pair it' }).click();
  for (const name of names) {
    await page.getByLabel('Name').first().fill(name);
    await page.getByRole('button', { name: 'Add camera' }).first().click();
    await page.getByText(`${name} is part of your home now.`).waitFor();
  }
}

async function confirmRecoveryCode(page: Page): Promise<void> {
  const words = await page.locator('.words li span:last-child').allTextContents();
  await page.getByRole('button', { name: 'I have written it down' }).click();
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
    await field.fill(words[Number(label.replace('Word ', '')) - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Welcome home' }).waitFor();
}
