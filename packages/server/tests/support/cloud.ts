import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import postgres from 'postgres';
import type { AttemptLimits } from '../../src/accounts/attempts.ts';
import type { Config } from '../../src/config.ts';
import { makeLog } from '../../src/logging.ts';
import { type OpenCloud, type Outside, openCloud } from '../../src/wiring.ts';
import { newDatabaseUrl } from './database.ts';

export interface TestCloud extends OpenCloud {
  readonly config: Config;
  /** As the owner of the database, past row-level security. */
  readonly owner: postgres.Sql;
  readonly origin: string;
  /** The lines of the log. */
  readonly logged: string[];
}

/** Limits that no test reaches by accident. */
const MANY: AttemptLimits = { windowSeconds: 900, perEmail: 10_000, perAddress: 10_000 };

/** The whole cloud on a database and a directory of its own, asked through `inject` or, once it listens, a socket. */
export async function newCloud(
  options: Partial<Config> & { outside?: Outside; logLevel?: string } = {},
): Promise<TestCloud> {
  const { outside, logLevel = 'debug', ...given } = options;
  const config: Config = {
    databaseUrl: await newDatabaseUrl(),
    host: '127.0.0.1',
    port: 0,
    publicUrl: undefined,
    dataDirectory: await mkdtemp(path.join(tmpdir(), 'nightlatch-cloud-')),
    webDirectory: undefined,
    ...given,
  };
  const logged: string[] = [];
  const log = makeLog({ level: logLevel, destination: { write: (line) => void logged.push(line) } });
  const opened = await openCloud(config, {
    log,
    attemptLimits: MANY,
    ...outside,
  });
  const owner = postgres(config.databaseUrl, { max: 2, onnotice: () => {} });
  const dispose = async () => {
    await opened[Symbol.asyncDispose]();
    await owner.end({ timeout: 1 });
    if (given.dataDirectory === undefined) await rm(config.dataDirectory, { recursive: true, force: true });
  };
  let disposing: Promise<void> | undefined;
  const once = () => {
    disposing ??= dispose();
    return disposing;
  };
  open.push(once);
  return {
    ...opened,
    config,
    owner,
    logged,
    origin: config.publicUrl?.origin ?? `http://localhost:${config.port}`,
    [Symbol.asyncDispose]: once,
  };
}

const open: (() => Promise<void>)[] = [];
/** Before the cluster stops: `after` hooks run in the order in which they were made. */
after(async () => {
  await Promise.all(open.map((dispose) => dispose()));
});

export interface Browser {
  /** The session's cookie, `name=value`. */
  cookie: string | undefined;
  call(
    name: RouteName,
    options?: {
      params?: Record<string, string | number>;
      query?: Record<string, string>;
      input?: unknown;
      headers?: Record<string, string>;
      remoteAddress?: string;
    },
  ): Promise<LightMyRequestResponse>;
}

/** Something that keeps cookies and says its origin, as browsers do. */
export function newBrowser(cloud: Pick<TestCloud, 'server' | 'origin'>): Browser {
  const browser: Browser = {
    cookie: undefined,
    call: async (name, { params = {}, query = {}, input, headers = {}, remoteAddress } = {}) => {
      const route = routes[name];
      const answer = await cloud.server.inject({
        method: route.method as Exclude<InjectOptions['method'], undefined>,
        url: route.path.replace(/:([a-z]+)/g, (_, param: string) =>
          encodeURIComponent(String(params[param])),
        ),
        query,
        headers: {
          host: new URL(cloud.origin).host,
          ...(route.method === 'GET' ? {} : { origin: cloud.origin }),
          ...(browser.cookie === undefined ? {} : { cookie: browser.cookie }),
          ...(input === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(input === undefined ? {} : { payload: JSON.stringify(input) }),
        ...(remoteAddress === undefined ? {} : { remoteAddress }),
      });
      const set = answer.headers['set-cookie'];
      if (typeof set === 'string') {
        const pair = set.split(';')[0] ?? '';
        browser.cookie = pair.endsWith('=') ? undefined : pair;
      }
      return answer;
    },
  };
  return browser;
}

export const randomText = (bytes: number): string => randomBytes(bytes).toString('base64url');
