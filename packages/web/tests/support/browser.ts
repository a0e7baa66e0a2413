import { existsSync } from 'node:fs';
import { after } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's own, without a window where there is that. */
const HEADLESS = '/usr/bin/chromium-headless-shell';
const CHROMIUM = process.env.CHROMIUM ?? (existsSync(HEADLESS) ? HEADLESS : '/usr/bin/chromium');
/** Nothing of it may ask the network for anything by itself. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${[
    // The window that nobody sees draws two suggestion lists of its own beside each page: 1.3 s of processor time more
    // for every page that is opened (2.0 s, and 0.7 s without them). A process kept ready and never used: 0.2 s.
    'WebUIOmniboxPopup',
    'WebUIOmniboxAimPopup',
    'SpareRendererForSitePerProcess',
    // What Playwright leaves out itself: of two such lists Chromium reads the last.
    'HttpsUpgrades',
    'HttpsFirstBalancedModeAutoEnable',
    'LensOverlay',
    'MediaRouter',
    'PaintHolding',
    'OptimizationHints',
    'NetworkTimeServiceQuerying',
    'AimEnabled',
    'PreconnectToSearch',
  ].join()}`,
];

/** Of each wait for a condition. Stretching a passphrase takes a second alone, and many on a busy machine. */
const WAIT_MILLISECONDS_MAX = 60_000;

let started: Promise<Browser> | undefined;

/** The browser of this test file, started at the first call and closed after its last test. */
export function browser(): Promise<Browser> {
  started ??= chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  return started;
}
after(async () => (await started)?.close());

export interface Visitor extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors of scripts and of the content security policy; a test that ends expects none. */
  readonly troubles: string[];
}

/** Somebody with an empty browser of their own, at phone width unless told otherwise. */
export async function newVisitor(
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Visitor> {
  const context = await (await browser()).newContext({
    baseURL: url,
    viewport: { width: 390, height: 844 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    ...options,
  });
  context.setDefaultTimeout(WAIT_MILLISECONDS_MAX);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    // A refused request shows in the console too; the app tells of those itself.
    const isRefusal = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !isRefusal) troubles.push(message.text());
  });
  return { context, page, troubles, [Symbol.asyncDispose]: () => context.close() };
}
