import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';
import type { BenchContext } from '../suite.ts';

/** Debian's own, unless the environment names another. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** Nothing of it may ask the network for anything by itself. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @throws Error with a sentence where there is no Chromium */
export async function startBrowser({ afterwards }: BenchContext): Promise<Browser> {
  await access(CHROMIUM).catch(() => {
    throw new Error(
      `There is no Chromium at ${CHROMIUM}. Install it: apt-get install chromium. Or name another in CHROMIUM.`,
    );
  });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES });
  afterwards(() => browser.close());
  return browser;
}

/** Seconds of processor time that all processes of the browser have taken so far. */
export async function cpuSecondsOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
