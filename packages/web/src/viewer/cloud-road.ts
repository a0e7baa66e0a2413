import { NightlatchError } from '@nightlatch/protocol/errors';
import type { HomeId } from '@nightlatch/protocol/ids';
import { type Output, type RouteName, routes } from '@nightlatch/protocol/routes';
import { call, send } from '../api/client.ts';
import { cursorOf } from './question.ts';
import type { Road } from './road.ts';

/** A page of 60 rows with the manifests of their pictures, or one event with a clip of 8,192 chunks: 1 MiB and more. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

async function limited<Name extends RouteName>(name: Name, response: Response): Promise<Output<Name>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of response.body ?? []) {
    length += piece.length;
    if (length > ANSWER_BYTES_MAX) throw notUnderstood('too large');
    pieces.push(piece);
  }
  const text = await new Blob(pieces.map((piece) => new Uint8Array(piece))).text();
  const parsed = routes[name].output.safeParse(jsonOf(text));
  if (!parsed.success) throw notUnderstood(parsed.error);
  // The schema above is the parser of this very output.
  return parsed.data as Output<Name>;
}

const notUnderstood = (cause: unknown) =>
  new NightlatchError(
    'internal',
    'The cloud gave an answer that this app does not understand. Nothing of it was used. Reload the page.',
    { cause },
  );

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Where the answered bytes begin in the container. */
function startOf(response: Response): number {
  if (response.status !== 206) return 0;
  const range = /^bytes (\d{1,12})-/.exec(response.headers.get('content-range') ?? '');
  return range?.[1] === undefined ? -1 : Number(range[1]);
}

/** The road to the cloud that served this page. */
export function cloudRoad(home: HomeId): Road {
  return {
    async page({ camera, from, to, before }, limit, signal) {
      const query = { camera, from, to, before: before && cursorOf(before), limit };
      return limited('events.list', await send('events.list', { params: { home }, query, signal }));
    },
    async event(event, signal) {
      return limited('events.get', await send('events.get', { params: { home, event }, signal }));
    },
    async sealed({ event, kind, revision }, from, signal) {
      const headers = from === 0 ? {} : { range: `bytes=${from}-` };
      try {
        const params = { home, event, kind, revision };
        const response = await send('objects.get', { params, headers, signal });
        return response.body === null ? null : { start: startOf(response), body: response.body };
      } catch (error) {
        // Nothing of it has arrived, or nothing beyond `from`.
        if (error instanceof NightlatchError && error.kind === 'not-found') return null;
        if (error instanceof NightlatchError && from > 0 && error.kind === 'bad-input') return null;
        throw error;
      }
    },
    async report(report) {
      await call('reports.create', { params: { home }, input: report });
    },
  };
}
