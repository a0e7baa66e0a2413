import { newVisitor, type Visitor } from './browser.ts';
import { seedScript } from './seed-script.ts';
import type { StubCloud } from './stub-cloud.ts';

/**
 * Somebody in whose browser an account of the stub is logged in, recovery code and all, without the seconds that
 * stretching a passphrase takes. For tests of what comes after the log-in.
 */
export async function newEntered(cloud: StubCloud, email = 'anna@example.org'): Promise<Visitor> {
  const visitor = await newVisitor(cloud.url);
  const { master, token } = await cloud.accounts.addEntered(email);
  await visitor.context.addCookies([{ name: 'session', value: token, url: cloud.url, httpOnly: true }]);
  // Any page of the origin will do; this one runs no script of its own.
  await visitor.page.goto('/icon.svg');
  await visitor.page.evaluate(`${await seedScript()}\nseeding.seed(${JSON.stringify(master)})`);
  return visitor;
}
