import { Redis, type RedisOptions } from 'ioredis';
import type { Transport, Wire } from './transport.ts';

export interface RedisSettings {
  /** `redis://` or `rediss://`, with user, password and number of the database where there are some. */
  readonly url: string;
  /** For connecting, TLS and log-in; 2,000 by default. */
  readonly connectMilliseconds?: number;
  /** What TLS needs beyond the URL, such as a certificate of your own. */
  readonly tls?: NonNullable<RedisOptions['tls']>;
}

/**
 * Off is whatever keeps, repeats or takes over a command: one connection, one life. RESP2 has no frames but replies, and
 * the two handshakes that answer more than was asked for are left out.
 */
const SAFE = {
  lazyConnect: true,
  protocol: 2,
  enableOfflineQueue: false,
  enableAutoPipelining: false,
  enableReadyCheck: false,
  disableClientInfo: true,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: null,
  reconnectOnError: null,
} satisfies RedisOptions;

/** Redis or Valkey, one server or what stands for one. `ioredis` carries the bytes and is trusted with nothing. */
export function redisTransport({ url, connectMilliseconds = 2_000, tls }: RedisSettings): Transport {
  const connect = async (onEnd: (reason: Error) => void) => {
    const options = { ...SAFE, connectTimeout: connectMilliseconds };
    const redis = new Redis(url, tls === undefined ? options : { ...options, tls });
    let over = false;
    const destroy = () => {
      over = true;
      redis.disconnect();
      // `disconnect` alone says goodbye and goes on reading.
      redis.stream?.destroy();
    };
    const end = (reason: Error) => {
      if (over) return;
      destroy();
      onEnd(reason);
    };
    redis.on('error', end);
    redis.on('end', () => end(new Error('the connection has ended')));
    // ioredis counts its time to the open socket, and no longer: log-in is in ours as well.
    const late = setTimeout(() => end(new Error('connecting took too long')), connectMilliseconds);
    try {
      await redis.connect();
    } catch (error) {
      destroy();
      throw error;
    } finally {
      clearTimeout(late);
    }
    return { redis, destroy };
  };
  return {
    open: async (onEnd) => {
      const { redis, destroy } = await connect(onEnd);
      const send: Wire['send'] = (...commands) => {
        redis.stream.cork();
        let last: Promise<unknown> = Promise.resolve();
        for (const [name = '', ...rest] of commands) {
          // What comes for the others is not looked at, good or bad.
          last.catch(() => {});
          last = redis.call(name, rest);
        }
        redis.stream.uncork();
        return last;
      };
      return { send, destroy };
    },
    subscribe: async (channel, onMessage, onEnd) => {
      const { redis, destroy } = await connect(onEnd);
      redis.on('message', (from, message) => {
        if (from === channel) onMessage(message);
      });
      try {
        await redis.subscribe(channel);
      } catch (error) {
        destroy();
        throw error;
      }
      return { close: destroy };
    },
  };
}
