import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import {
  newCameraId,
  newEventId,
  newGapId,
  newHomeId,
  newPairingId,
  newSessionId,
} from '@nightlatch/protocol/ids';
import { type RouteName, routes } from '@nightlatch/protocol/routes';
import { newBrowser } from './cloud.ts';
import { type ListeningCloud, newListeningCloud } from './listening.ts';
import { connectSocket } from './live.ts';
import { logIn, recover, setRecovery } from './person.ts';
import { newSide, type Side } from './side.ts';
import { newAgent, type SyntheticAgent } from './synthetic-agent.ts';

/** How somebody shows who they are: headers of a request. */
export type Identity = Record<string, string>;

export interface SentRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly input?: unknown;
  readonly headers?: Identity;
  readonly body?: Uint8Array<ArrayBuffer>;
}
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A home, and how its owner and its agent show who they are. */
interface KnownSide extends Side {
  readonly cookie: Identity;
  readonly bearer: Identity;
}

export interface World {
  readonly cloud: ListeningCloud;
  readonly victim: KnownSide;
  readonly stranger: KnownSide;
  /** Sessions of the victim's own account: signed out, run out, and made by the recovery code. */
  readonly ended: Identity;
  readonly expired: Identity;
  readonly recovery: Identity;
  /** An agent of nobody's, and a token of the victim's agent that has run out. */
  readonly unpaired: { readonly agent: SyntheticAgent; readonly bearer: Identity };
  readonly expiredBearer: Identity;
  ask(name: RouteName, request: SentRequest, identity: Identity): Promise<Answer>;
}

const cookieOf = (cookie: string | undefined): Identity => {
  assert.ok(cookie !== undefined, 'signed in');
  return { cookie };
};
const bearerOf = ({ token }: SyntheticAgent): Identity => ({ authorization: `Bearer ${token}` });

async function newKnownSide(cloud: ListeningCloud): Promise<KnownSide> {
  const side = await newSide(cloud);
  return { ...side, cookie: cookieOf(side.household.browser.cookie), bearer: bearerOf(side.agent) };
}

export async function newWorld(): Promise<World> {
  const cloud = await newListeningCloud();
  const [victim, stranger] = [await newKnownSide(cloud), await newKnownSide(cloud)];
  const { person } = victim.household;
  assert.equal((await setRecovery(victim.household.browser, person)).statusCode, 200);
  const signedIn = async (): Promise<Identity> => {
    const browser = newBrowser(cloud);
    await logIn(browser, person);
    return cookieOf(browser.cookie);
  };
  const ended = await signedIn();
  const out = newBrowser(cloud);
  out.cookie = ended.cookie;
  assert.equal((await out.call('logout')).statusCode, 200);
  const expired = await signedIn();
  await cloud.owner`update sessions set started_at = now() - interval '2 days', last_seen_at = now() - interval '2 days',
    expires_at = now() - interval '1 second' where started_at = (select max(started_at) from sessions)`;
  const recovering = newBrowser(cloud);
  await recover(recovering, person);

  const expiredBearer = victim.bearer;
  await cloud.owner`update agent_sessions set started_at = now() - interval '2 days', expires_at = now() - interval '1 second'
    where agent_id = ${victim.agent.device.agent}`;
  await victim.agent.startSession();
  const unpaired = await newAgent(cloud.url);
  return {
    cloud,
    victim: { ...victim, bearer: bearerOf(victim.agent) },
    stranger,
    ended,
    expired,
    recovery: cookieOf(recovering.cookie),
    unpaired: { agent: unpaired, bearer: bearerOf(unpaired) },
    expiredBearer,
    ask: (name, request, identity) => ask(cloud, name, request, identity),
  };
}

async function ask(
  cloud: ListeningCloud,
  name: RouteName,
  request: SentRequest,
  identity: Identity,
): Promise<Answer> {
  const { method, path, answer } = routes[name];
  const { params = {}, query = '', input, headers = {}, body } = request;
  const target = path.replace(/:([a-z]+)/g, (_, param: string) => params[param] ?? '');
  if (answer === 'socket')
    return askForSocket(new URL(target + query, cloud.url), { ...headers, ...identity });
  const stop = new AbortController();
  const response = await fetch(new URL(target + query, cloud.url), {
    method,
    signal: stop.signal,
    headers: {
      origin: cloud.origin,
      ...(input === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...identity,
    },
    body: body ?? (input === undefined ? null : JSON.stringify(input)),
  });
  if (answer === 'event-stream' && response.status === 200) {
    stop.abort();
    return { status: 200, body: '' };
  }
  return { status: response.status, body: await response.text() };
}

/** A socket that opens counts as 200. */
async function askForSocket(url: URL, headers: Identity): Promise<Answer> {
  const opened = await connectSocket(url, { origin: url.origin, ...headers });
  if ('status' in opened) return opened;
  opened.terminate();
  return { status: 200, body: '' };
}

/** For each parameter of a path, ids that name nothing, and texts that are no id of its sort. */
export const NOTHING: Readonly<Record<string, () => string>> = {
  home: () => newHomeId(randomBytes),
  camera: () => newCameraId(randomBytes),
  event: () => newEventId(randomBytes),
  session: () => newSessionId(randomBytes),
  pairing: () => newPairingId(randomBytes),
  gap: () => newGapId(randomBytes),
  upload: () => `${newEventId(randomBytes)}.clip.0`,
  revision: () => '7',
};
export const WRONG: Readonly<Record<string, readonly string[]>> = {
  home: [newCameraId(randomBytes), 'home_1', '%00'],
  camera: [newHomeId(randomBytes), 'cam_', '%00'],
  event: [newHomeId(randomBytes), 'evt_', '..%2f..%2fetc'],
  session: [newHomeId(randomBytes), '1'],
  pairing: [newHomeId(randomBytes), '1'],
  gap: [newEventId(randomBytes), '1'],
  upload: [newEventId(randomBytes), `${newHomeId(randomBytes)}.clip.0`, `${newEventId(randomBytes)}.clip.9`],
  kind: ['clips', 'constructor'],
  revision: ['8', '-1', 'x'],
};
