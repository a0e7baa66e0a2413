import { StreamMessage } from '@nightlatch/protocol/events';
import type { HomeId } from '@nightlatch/protocol/ids';
import { addressOf } from '../api/client.ts';

const FIRST_WAIT_MILLISECONDS = 1_000;
const LONGEST_WAIT_MILLISECONDS = 30_000;

/** Full jitter: a whole street's browsers must not come back at once after an outage. */
export const waitBefore = (attempt: number, random: () => number): number =>
  Math.max(250, random() * Math.min(LONGEST_WAIT_MILLISECONDS, FIRST_WAIT_MILLISECONDS * 2 ** attempt));

export type Connection = 'connecting' | 'open' | 'lost';

/**
 * Listens to what is new in a home, and comes back by itself. After each connection, also the first, the server says
 * `ready`; whoever listens then asks for what may have been missed. Gives the function that ends it.
 */
export function openStream(
  home: HomeId,
  on: { readonly message: (message: StreamMessage) => void; readonly connection: (now: Connection) => void },
): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let attempt = 0;
  const ended = new AbortController();

  function connect() {
    if (ended.signal.aborted || source !== null) return;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const opening = new EventSource(addressOf('stream.open', { params: { home } }));
    source = opening;
    opening.addEventListener('open', () => {
      attempt = 0;
      on.connection('open');
    });
    opening.addEventListener('message', ({ data }) => {
      const message = StreamMessage.safeParse(jsonOf(data));
      if (message.success) on.message(message.data);
    });
    opening.addEventListener('error', () => {
      opening.close();
      if (source !== opening) return;
      source = null;
      if (ended.signal.aborted) return;
      on.connection('lost');
      timer = setTimeout(connect, waitBefore(attempt++, Math.random));
    });
  }

  addEventListener('online', connect, { signal: ended.signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible') connect();
    },
    { signal: ended.signal },
  );
  on.connection('connecting');
  connect();
  return () => {
    ended.abort();
    if (timer !== null) clearTimeout(timer);
    source?.close();
  };
}

function jsonOf(data: unknown): unknown {
  try {
    return typeof data === 'string' && data.length < 4096 ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}
