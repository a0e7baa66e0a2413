import path from 'node:path';
import { KEPT_BYTES_MAX, KEPT_BYTES_MIN } from '@nightlatch/protocol/retention';
import { z } from 'zod';

/** Where the cloud listens and keeps its things. There is no setting that turns a lock off. */
export interface Config {
  readonly databaseUrl: string;
  /** A Redis or Valkey for what may be answered from a cache; absent where the process keeps that itself. */
  readonly redisUrl?: URL | undefined;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** How browsers reach the cloud, when that is not `http://localhost:PORT`. */
  readonly publicUrl: URL | undefined;
  readonly dataDirectory: string;
  /** The built web app; absent where none is served. */
  readonly webDirectory: string | undefined;
  /** The most sealed bytes that any home keeps, whatever its owner set; absent where there is no such bound. */
  readonly homeBytesMax?: number | undefined;
  /** Links that agents take up again in a second, at most, after an outage; absent for what one core can do. */
  readonly reconnectsPerSecond?: number | undefined;
}

const Url = (protocols: RegExp, what: string) =>
  z.url({ protocol: protocols, hostname: /./, error: what }).transform((text) => new URL(text));

const Environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'a URL such as postgres://user@host/database' }),
  REDIS_URL: Url(/^rediss?$/, 'a URL such as redis://127.0.0.1:6379').optional(),
  HOST: z.string().min(1).max(255).default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8490),
  PUBLIC_URL: Url(/^https?$/, 'a URL such as https://cameras.example.org').optional(),
  DATA_DIR: z.string().min(1).default('data'),
  WEB_DIR: z.string().min(1).optional(),
  HOME_BYTES_MAX: z.coerce.number().int().min(KEPT_BYTES_MIN).max(KEPT_BYTES_MAX).optional(),
  RECONNECTS_PER_SECOND: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** Settings that cannot be used; the message names each. */
export class ConfigRefused extends Error {
  override readonly name = 'ConfigRefused';
}

export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(filled);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigRefused(`The settings cannot be used. ${problems.join('; ')}`);
  }
  const { DATABASE_URL, REDIS_URL, HOST, PORT, PUBLIC_URL, DATA_DIR, WEB_DIR, HOME_BYTES_MAX } = parsed.data;
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    host: HOST,
    port: PORT,
    publicUrl: PUBLIC_URL,
    dataDirectory: path.resolve(DATA_DIR),
    webDirectory: WEB_DIR === undefined ? undefined : path.resolve(WEB_DIR),
    homeBytesMax: HOME_BYTES_MAX,
    reconnectsPerSecond: parsed.data.RECONNECTS_PER_SECOND,
  };
}
