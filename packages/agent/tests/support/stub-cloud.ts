import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_ASSERTION_TYP, AgentAssertion } from '@nightlatch/protocol/agents';
import { type AgentId, agentIdOf, type CameraId } from '@nightlatch/protocol/ids';
import { containerBytes, GAP_TYP, GapStatement, MANIFEST_TYP, Manifest } from '@nightlatch/protocol/manifest';
import { routes } from '@nightlatch/protocol/routes';
import { readFrames } from '@nightlatch/vault/container';
import { openContentKey } from '@nightlatch/vault/content';
import { fromBase64Url } from '@nightlatch/vault/encoding';
import { verifyBatch } from '@nightlatch/vault/manifest';
import { labelOf, openChunk, openerOf } from '@nightlatch/vault/object';
import { verifyJws } from '@nightlatch/vault/signing';
import type { Household } from './household.ts';
import { acceptLinks, type StubLink } from './stub-link.ts';

export interface StubObject {
  manifest: Manifest;
  bytes: Buffer;
  length: number | null;
  created: boolean;
}

type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
const ok = (body: unknown): Reply => ({ status: 200, body });
const refused = (status: number, kind: string): Reply => ({
  status,
  body: { error: { kind, message: `refused: ${kind}` } },
});

/** A cloud in memory that holds the agent to the contract: it checks every signature, every hash, every offset. */
export interface StubCloud {
  readonly url: string;
  /** Objects by their upload id. */
  readonly objects: Map<string, StubObject>;
  /** Events in the order in which the cloud first said that all of them is complete. */
  readonly completed: string[];
  readonly gaps: Map<string, GapStatement>;
  readonly reports: { camera: CameraId; source: string; state: { state: string; reason: string | null } }[][];
  readonly requests: string[];
  /** Every link that the agent has opened, the newest last. */
  readonly links: StubLink[];
  /** The reconnect tickets that it takes. */
  readonly tickets: Set<string>;
  offer: { pairing: string; locator: string; offer: string; mac: string } | null;
  acceptance: { acceptance: string; mac: string } | null;
  /** The log it shows; swapped by tests of crossings. */
  household: Household | null;
  logEntries: (() => readonly string[]) | null;
  /** Answers every request with this instead; `null` again ends it. */
  trouble: ((path: string) => Reply | 'hang-up' | null) | null;
  /** It never says that anything is complete. */
  silent: boolean;
  /** What it takes of bytes that come with a creation; ours takes all, and the line may break in between. */
  takesAtOnce: 'all' | 'none' | 'half-and-hang-up';
  /** Uploads that were under way at once, at most. */
  uploadsAtOnce: number;
  /** Refuses an event, by itself and among others. */
  refuses: ((event: string) => boolean) | null;
  endSessions(): void;
  close(): Promise<void>;
}

export async function startStubCloud(test: TestContext, port = 0): Promise<StubCloud> {
  const challenges = new Set<string>();
  const sessions = new Map<string, { agent: AgentId; deviceKey: string }>();
  const server = createServer((request, response) => {
    void answer(request)
      .then((reply) => send(response, request, reply))
      .catch((error: unknown) => send(response, request, { status: 500, body: { fault: String(error) } }));
  });

  let uploading = 0;
  const connections = new Set<Socket>();
  server.on('connection', (connection) => {
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });

  const answer = async (request: IncomingMessage): Promise<Reply | 'hang-up'> => {
    const path = new URL(request.url ?? '', 'http://stub').pathname;
    cloud.requests.push(`${request.method} ${path}`);
    const trouble = cloud.trouble?.(path) ?? null;
    const parts: Buffer[] = [];
    if (path.startsWith('/api/agent/uploads'))
      cloud.uploadsAtOnce = Math.max(cloud.uploadsAtOnce, ++uploading);
    for await (const part of request) parts.push(part as Buffer);
    // Long enough that those which are sent beside it have come.
    if (path.startsWith('/api/agent/uploads')) await sleep(5).finally(() => uploading--);
    if (trouble !== null) return trouble;
    const body = Buffer.concat(parts);
    const json = (): unknown => JSON.parse(body.toString());
    if (path === '/api/agent/challenge') {
      const challenge = randomBytes(32).toString('base64url');
      challenges.add(challenge);
      return ok({ challenge });
    }
    if (path === '/api/agent/session') return startSession(json());
    const session = sessions.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    if (session === undefined) return refused(401, 'not-signed-in');
    return signedIn(request, path, json, body, session);
  };
  const startSession = async (input: unknown): Promise<Reply> => {
    const { deviceKey, assertion } = routes['agent.session'].input.parse(input);
    const payload = await verifyJws(assertion, {
      typ: AGENT_ASSERTION_TYP,
      publicKey: deviceKey,
      schema: AgentAssertion,
    });
    const agent = agentIdOf(createHash('sha256').update(fromBase64Url(deviceKey)).digest());
    if (!challenges.delete(payload.challenge) || payload.agent !== agent)
      return refused(401, 'wrong-credentials');
    const token = randomBytes(32).toString('base64url');
    sessions.set(token, { agent, deviceKey });
    return ok({ agent, token, expiresAt: Date.now() + 3_600_000 });
  };
  const signedIn = async (
    request: IncomingMessage,
    path: string,
    json: () => unknown,
    body: Buffer,
    session: { agent: AgentId; deviceKey: string },
  ): Promise<Reply | 'hang-up'> => {
    const { method } = request;
    if (path === '/api/agent/pairings') {
      const input = routes['agent.open-pairing'].input.parse(json());
      cloud.offer = { pairing: '', ...input };
      return ok({ done: true });
    }
    if (path.startsWith('/api/agent/pairings/')) {
      if (cloud.offer !== null) cloud.offer.pairing = path.split('/').at(-1) ?? '';
      return ok(
        cloud.acceptance === null ? { state: 'waiting' } : { state: 'accepted', ...cloud.acceptance },
      );
    }
    if (path === '/api/agent/report') {
      cloud.reports.push(routes['agent.report'].input.parse(json()).cameras);
      const { household } = cloud;
      return ok({
        home: household?.home ?? null,
        logHead: household === null ? null : await household.head(),
      });
    }
    if (path === '/api/agent/log') {
      const after = Number(new URL(request.url ?? '', 'http://stub').searchParams.get('after') ?? -1);
      const entries = cloud.logEntries?.() ?? cloud.household?.entries ?? [];
      return ok({ entries: entries.slice(after + 1, after + 257), more: entries.length > after + 257 });
    }
    if (path.startsWith('/api/agent/gaps/')) {
      const { statement } = routes['agent.put-gap'].input.parse(json());
      const gap = await verifyJws(statement, {
        typ: GAP_TYP,
        publicKey: session.deviceKey,
        schema: GapStatement,
      });
      cloud.gaps.set(gap.gap, gap);
      return ok({ done: true });
    }
    if (path.startsWith('/api/agent/events/')) return putEvent(path, json(), session.deviceKey);
    if (path === '/api/agent/events') return putEvents(json(), session);
    if (path === '/api/agent/uploads' && method === 'POST') return createUpload(request, body);
    const object = cloud.objects.get(decodeURIComponent(path.split('/').at(-1) ?? ''));
    if (!path.startsWith('/api/agent/uploads/') || object?.created !== true) return refused(404, 'not-found');
    return method === 'HEAD' ? { status: 200, headers: tus(object) } : patchUpload(request, object, body);
  };
  const putEvents = async (
    input: unknown,
    session: { agent: AgentId; deviceKey: string },
  ): Promise<Reply> => {
    const { statement, events } = routes['agent.put-events'].input.parse(input);
    const { agent, deviceKey } = session;
    const home = cloud.household?.home;
    if (home === undefined) return refused(404, 'not-found');
    const all = events.flatMap(({ manifests }) => manifests);
    await verifyBatch(statement, all, { agent, home }, deviceKey);
    const answers = [];
    for (const { event, manifests } of events) {
      const { status, body } = await putEvent(`/api/agent/events/${event}`, { manifests }, deviceKey);
      answers.push(status === 200 ? body : { event, refused: 'refused' });
    }
    return ok({ events: answers });
  };
  const putEvent = async (path: string, input: unknown, deviceKey: string): Promise<Reply> => {
    const event = path.split('/').at(-1) ?? '';
    if (cloud.refuses?.(event) === true) return refused(422, 'unprocessable');
    const manifests = await Promise.all(
      routes['agent.put-event'].input
        .parse(input)
        .manifests.map((jws) =>
          verifyJws(jws, { typ: MANIFEST_TYP, publicKey: deviceKey, schema: Manifest }),
        ),
    );
    for (const manifest of manifests) {
      if (manifest.event !== event || manifest.home !== cloud.household?.home)
        return refused(404, 'not-found');
      const id = `${event}.${manifest.kind}.${manifest.revision}`;
      const known = cloud.objects.get(id);
      if (known !== undefined && known.manifest.headerHash !== manifest.headerHash)
        return refused(409, 'conflict');
      if (
        known !== undefined &&
        known.manifest.state !== 'growing' &&
        manifest.state !== known.manifest.state
      )
        return refused(409, 'conflict');
      if (known === undefined) {
        cloud.objects.set(id, { manifest, bytes: Buffer.alloc(0), length: null, created: false });
      } else if (manifest.chunks.length >= known.manifest.chunks.length) known.manifest = manifest;
    }
    const objects = [...cloud.objects.values()]
      .filter((object) => object.manifest.event === event)
      .map((object) => ({
        kind: object.manifest.kind,
        revision: object.manifest.revision,
        receivedBytes: object.bytes.length,
        complete: !cloud.silent && isComplete(object),
      }));
    if (objects.every((object) => object.complete) && !cloud.completed.includes(event))
      cloud.completed.push(event);
    return ok({ event, objects });
  };
  const createUpload = (request: IncomingMessage, body: Buffer): Reply | 'hang-up' => {
    const metadata = new Map(
      String(request.headers['upload-metadata'])
        .split(',')
        .map((pair): [string, string] => {
          const [name = '', value = ''] = pair.split(' ');
          return [name, Buffer.from(value, 'base64').toString()];
        }),
    );
    const id = `${metadata.get('event')}.${metadata.get('kind')}.${metadata.get('revision')}`;
    const object = cloud.objects.get(id);
    if (object === undefined) return refused(404, 'not-found');
    const withBody = request.headers['content-type'] === 'application/offset+octet-stream';
    if (withBody && object.bytes.length > 0) return refused(409, 'conflict');
    const length = request.headers['upload-length'];
    object.length ??= length === undefined ? null : Number(length);
    object.created = true;
    const headers = { location: `/api/agent/uploads/${id}` };
    if (!withBody || cloud.takesAtOnce === 'none') return { status: 201, headers };
    if (cloud.takesAtOnce === 'half-and-hang-up') {
      append(object, body.subarray(0, body.length / 2));
      return 'hang-up';
    }
    const { status, headers: now } = append(object, body);
    return status === 204 ? { status: 201, headers: { ...now, ...headers } } : refused(422, 'unprocessable');
  };
  const patchUpload = (request: IncomingMessage, object: StubObject, body: Buffer): Reply => {
    if (Number(request.headers['upload-offset']) !== object.bytes.length) return refused(409, 'conflict');
    const length = request.headers['upload-length'];
    if (length !== undefined) object.length = Number(length);
    return append(object, body);
  };
  const append = (object: StubObject, body: Buffer): Reply => {
    object.bytes = Buffer.concat([object.bytes, body]);
    if (object.bytes.length > containerBytes(object.manifest)) return refused(422, 'unprocessable');
    return { status: 204, headers: tus(object) };
  };

  const cloud: StubCloud = {
    url: '',
    objects: new Map(),
    completed: [],
    gaps: new Map(),
    reports: [],
    requests: [],
    links: acceptLinks(server, (authorization) => {
      cloud.requests.push('GET /api/agent/link');
      const trouble = cloud.trouble?.('/api/agent/link') ?? null;
      if (trouble !== null) return trouble === 'hang-up' ? trouble : trouble.status;
      const [scheme, shown = ''] = authorization.split(' ');
      return (scheme === 'Ticket' ? cloud.tickets : sessions).has(shown) ? 101 : 401;
    }),
    tickets: new Set(),
    offer: null,
    acceptance: null,
    household: null,
    logEntries: null,
    trouble: null,
    silent: false,
    takesAtOnce: 'all',
    uploadsAtOnce: 0,
    refuses: null,
    endSessions: () => sessions.clear(),
    close: async () => {
      // The server itself no longer knows those that have become links, or were about to.
      for (const connection of connections) connection.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  test.after(() => cloud.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return Object.assign(cloud, { url: `http://127.0.0.1:${address.port}` });
}

const tus = (object: StubObject): Record<string, string> => ({
  'tus-resumable': '1.0.0',
  'upload-offset': String(object.bytes.length),
  ...(object.length === null ? { 'upload-defer-length': '1' } : { 'upload-length': String(object.length) }),
});

/** Every byte is there, and every chunk is the one that was signed. */
export function isComplete({ manifest, bytes, length }: StubObject): boolean {
  if (manifest.state === 'growing' || length !== bytes.length || containerBytes(manifest) !== length)
    return false;
  const { chunks, tailBytes } = readFrames(bytes, manifest.headerBytes);
  return (
    tailBytes === 0 &&
    chunks.length === manifest.chunks.length &&
    chunks.every(
      (sealed, index) =>
        createHash('sha256').update(sealed).digest('base64url') === manifest.chunks[index]?.[1],
    )
  );
}

/** Opens what the cloud was given, as a member would: the plaintext of the chunks. */
export async function openObject(object: StubObject, household: Household): Promise<Uint8Array[]> {
  const { manifest, bytes } = object;
  const epochKey = household.epochKeys.get(`${manifest.camera} ${manifest.epoch}`);
  if (epochKey === undefined) throw new Error('no such epoch');
  const key = await openContentKey(manifest.sealedKey, { ...labelOf(manifest), epochKey });
  const opener = await openerOf(manifest, bytes.subarray(0, manifest.headerBytes), key);
  const { chunks } = readFrames(bytes, manifest.headerBytes);
  const plaintexts: Uint8Array[] = [];
  for (const [index, sealed] of chunks.entries())
    plaintexts.push(await openChunk(opener, manifest, index, sealed));
  return plaintexts;
}

function send(response: ServerResponse, request: IncomingMessage, reply: Reply | 'hang-up'): void {
  if (reply === 'hang-up') {
    request.socket.destroy();
    return;
  }
  const body = reply.body === undefined ? '' : JSON.stringify(reply.body);
  response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
  response.end(body);
}
