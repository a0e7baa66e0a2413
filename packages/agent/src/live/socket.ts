import { globalAgent as httpAgent, type IncomingMessage } from 'node:http';
import { globalAgent as httpsAgent } from 'node:https';
import { LIVE_MESSAGE_BYTES_MAX } from '@nightlatch/protocol/live';
import { routes } from '@nightlatch/protocol/routes';
import { WebSocket } from 'ws';
import { CloudAway, failureOf } from '../uplink/failures.ts';

const HANDSHAKE_MILLISECONDS = 20_000;
const REFUSAL_BYTES_MAX = 8 * 1024;

export interface SocketParts {
  readonly serverUrl: string;
  /** The header of that name: a session's token, or a ticket. */
  readonly authorization: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * Opens the link; it tries once. `serve` takes it over in the very moment in which it is open: the first order may have
 * come with the answer, and a close as well. @throws CloudAway, CloudRefusal, SessionEnded, as a request does. A redirect is not
 * followed: it would carry the session to somebody else.
 */
export function openSocket<Served>(
  { serverUrl, authorization, now, signal }: SocketParts,
  serve: (socket: WebSocket) => Served,
): Promise<Served> {
  const url = new URL(routes['agent.link'].path, serverUrl);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new CloudAway('The agent is stopping.'));
    const socket = new WebSocket(url, {
      headers: { authorization },
      // Node's own agents take the proxy of the environment where they are told to, as fetch does.
      agent: url.protocol === 'https:' ? httpsAgent : httpAgent,
      handshakeTimeout: HANDSHAKE_MILLISECONDS,
      maxPayload: LIVE_MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
    });
    const stop = () => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', stop));
    // An error is told once more by the close that follows it.
    socket.on('error', (cause) =>
      reject(new CloudAway(`The cloud cannot be reached: ${cause.message}.`, { cause })),
    );
    socket.once('unexpected-response', (request, response) => {
      void readRefusal(response)
        .then(
          ({ answer, text }) => reject(failureOf(answer, text, now())),
          (cause: unknown) => reject(new CloudAway('The cloud refused the link without a word.', { cause })),
        )
        .finally(() => {
          request.destroy();
          socket.terminate();
        });
    });
    socket.once('open', () => resolve(serve(socket)));
  });
}

async function readRefusal(response: IncomingMessage): Promise<{ answer: Response; text: string }> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    if (!Buffer.isBuffer(part)) continue;
    bytes += part.length;
    if (bytes > REFUSAL_BYTES_MAX) break;
    parts.push(part);
  }
  const retryAfter = response.headers['retry-after'];
  const answer = new Response(null, {
    status: Math.max(200, response.statusCode ?? 0),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });
  return { answer, text: Buffer.concat(parts).toString('utf8') };
}
