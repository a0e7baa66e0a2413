import { hkdfSync } from 'node:crypto';
import { type Cache, createCache } from '@nightlatch/cache/cache';
import type { Observe } from '@nightlatch/cache/observe';
import type { DoubtReason } from '@nightlatch/cache/proof';
import { redisTransport } from '@nightlatch/cache/redis';
import type { Logger } from 'pino';
import type { ServerKeys } from '../accounts/server-keys.ts';

/**
 * In this process, or with a URL in a Redis that the processes of an installation share. The key of its MAC is made of the
 * server keys, which they share as well: one Redis may serve several installations, and none believes another's entries.
 */
export function openCache({
  redisUrl,
  keys,
  log,
}: {
  redisUrl: URL | undefined;
  keys: Pick<ServerKeys, 'indexKey'>;
  log: Logger;
}): Cache {
  const secret = new Uint8Array(hkdfSync('sha256', keys.indexKey, '', 'nightlatch cache', 32));
  return createCache({
    namespace: 'nightlatch',
    keys: { current: { id: '1', secret } },
    transport: redisUrl === undefined ? undefined : redisTransport({ url: redisUrl.href }),
    observe: tellOperator(log),
  });
}

/** A connection that is given up for these was not only slow or full. */
const CROSSED: ReadonlySet<DoubtReason> = new Set(['wrong-question', 'wrong-shape', 'wrong-envelope']);

/** What the operator has to know: an answer of the cache that was none, and when it comes and goes. */
function tellOperator(log: Logger): Observe {
  let isThere: boolean | undefined;
  return (event) => {
    if (event.type === 'doubt' && CROSSED.has(event.reason))
      log.error({ doubt: event.reason }, 'a reply of the cache was not to the question asked');
    else if (event.type === 'refused' && event.reason === 'doubtful')
      log.error({ scope: event.scope }, 'something in the cache was not sealed for the place where it stood');
    else if (event.type === 'connected') {
      if (isThere === false) log.info('the cache is there again');
      isThere = true;
    } else if (event.type === 'disconnected' && isThere !== false) {
      isThere = false;
      log.warn('the cache does not answer; until it does, the database is asked');
    }
  };
}
