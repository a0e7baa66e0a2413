import type { Browser, BrowserContext } from 'playwright-core';
import type { BenchContext } from '../suite.ts';
import { startBrowser } from './browser.ts';
import { startCameraAgent } from './camera-agent.ts';
import { buildApp, startCloud } from './cloud-process.ts';
import { startDatabase } from './database.ts';
import { moveIn } from './newcomer.ts';
import { freePort } from './ports.ts';

const WAIT_MILLISECONDS_MAX = 60_000;

/** All of it on this machine, each part in processes of its own, and somebody who is logged in. */
export interface House {
  readonly browser: Browser;
  /** Where the owner is logged in. */
  readonly home: BrowserContext;
  readonly cloudProcessId: number;
  readonly agentProcessId: number;
}

/** The cloud, an agent with these cameras, and an owner in a browser who has paired it and added them all. */
export async function startHouse(
  context: BenchContext,
  cameras: readonly { readonly name: string; readonly url: string }[],
): Promise<House> {
  const { say } = context;
  const browser = await startBrowser(context);
  say('a PostgreSQL, the cloud, and the web app');
  const databaseUrl = await startDatabase(context);
  const webDirectory = await buildApp(context);
  const port = await freePort();
  const publicUrl = `http://localhost:${port}`;
  const cloudProcessId = await startCloud(context, { databaseUrl, port, publicUrl, webDirectory });
  say('an account, a home, and an agent with its cameras');
  const agent = await startCameraAgent(
    context,
    `http://127.0.0.1:${port}`,
    cameras.map(({ url }) => url),
  );
  const home = await browser.newContext({ baseURL: publicUrl, viewport: { width: 1280, height: 800 } });
  home.setDefaultTimeout(WAIT_MILLISECONDS_MAX);
  const page = await home.newPage();
  await moveIn(
    page,
    agent.code,
    cameras.map(({ name }) => name),
  );
  await page.close();
  return { browser, home, cloudProcessId, agentProcessId: agent.processId };
}
