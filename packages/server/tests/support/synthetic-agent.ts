import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { AGENT_ASSERTION_TYP } from '@nightlatch/protocol/agents';
import { type CameraId, newCameraId, newPairingId } from '@nightlatch/protocol/ids';
import type { Manifest } from '@nightlatch/protocol/manifest';
import { type Input, type RouteName, routes } from '@nightlatch/protocol/routes';
import { type DeviceKey, generateDeviceKey } from '@nightlatch/vault/device';
import { signBatch, signManifest } from '@nightlatch/vault/manifest';
import { makeOffer, newPairingCode, verifyAcceptance } from '@nightlatch/vault/pairing';
import { signJws } from '@nightlatch/vault/signing';
import type { Household } from './household.ts';
import { type PlainEvent, type SealedEvent, type SealedObject, sealEvent } from './sealed-event.ts';

/** An agent without cameras in front of it: what it sends is sealed and signed as the real one's. */
export interface SyntheticAgent {
  readonly device: DeviceKey;
  readonly camera: CameraId;
  /** The bearer token. */
  token: string;
  call(
    name: RouteName,
    options?: {
      params?: Record<string, string>;
      query?: string;
      input?: unknown;
      headers?: Record<string, string>;
      body?: Uint8Array<ArrayBuffer>;
    },
  ): Promise<Response>;
  startSession(): Promise<void>;
  /** Offers to be paired and answers the code to show; `accepted` verifies what came back. */
  offerPairing(): Promise<{ code: string; accepted: () => Promise<void> }>;
  report(): Promise<Response>;
  /** The next event of its camera, sealed; nothing is sent. */
  record(
    household: Household,
    options?: { startedAt?: number; clipParts?: Uint8Array<ArrayBuffer>[]; plain?: PlainEvent },
  ): Promise<SealedEvent>;
  putEvent(event: SealedEvent, manifests: readonly Manifest[]): Promise<Response>;
  /** What a batch of manifests is sent as. */
  signedBatch(
    household: Pick<Household, 'home'>,
    events: readonly { event: Pick<SealedEvent, 'event'>; manifests: readonly Manifest[] }[],
  ): Promise<Input<'agent.put-events'>>;
  createUpload(
    object: SealedObject,
    options?: { length?: number; body?: Uint8Array<ArrayBuffer> },
  ): Promise<Response>;
  headUpload(object: SealedObject): Promise<Response>;
  patchUpload(
    object: SealedObject,
    part: { offset: number; bytes: Uint8Array<ArrayBuffer>; length?: number },
  ): Promise<Response>;
  /** Sends the whole object as one upload. */
  send(object: SealedObject): Promise<void>;
  /** Sends all of an event. */
  deliver(event: SealedEvent): Promise<void>;
}

const uploadOf = ({ label }: SealedObject): string => `${label.event}.${label.kind}.${label.revision}`;
const TUS = { 'tus-resumable': '1.0.0' };
const BYTES = { 'content-type': 'application/offset+octet-stream' };

/** The cloud has to listen: uploads are read from a socket. */
export async function newAgent(url: URL): Promise<SyntheticAgent> {
  const device = await generateDeviceKey();
  const camera = newCameraId(randomBytes);
  let sequence = 0;
  let previous: string | null = null;

  const agent: SyntheticAgent = {
    device,
    camera,
    token: '',
    call: async (name, { params = {}, query = '', input, headers = {}, body } = {}) => {
      const { method, path } = routes[name];
      const target = path.replace(/:([a-z]+)/g, (_, param: string) => params[param] ?? '');
      return fetch(new URL(target + query, url), {
        method,
        headers: {
          ...(agent.token === '' ? {} : { authorization: `Bearer ${agent.token}` }),
          ...(input === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body ?? (input === undefined ? null : JSON.stringify(input)),
      });
    },
    startSession: async () => {
      agent.token = '';
      const { challenge } = await (await agent.call('agent.challenge', { input: {} })).json();
      const assertion = await signJws(
        { agent: device.agent, challenge },
        { typ: AGENT_ASSERTION_TYP, privateKey: device.privateKey },
      );
      const answer = await agent.call('agent.session', { input: { deviceKey: device.publicKey, assertion } });
      assert.equal(answer.status, 200, await answer.clone().text());
      agent.token = (await answer.json()).token;
    },
    offerPairing: async () => {
      const { code, locator, secret } = newPairingCode(randomBytes);
      const pairing = newPairingId(randomBytes);
      const sealed = await makeOffer({ secret, device, pairing, expiresAt: Date.now() + 600_000 });
      const answer = await agent.call('agent.open-pairing', { input: { locator, ...sealed } });
      assert.equal(answer.status, 200, await answer.clone().text());
      return {
        code,
        accepted: async () => {
          const state = await (await agent.call('agent.get-pairing', { params: { pairing } })).json();
          assert.equal(state.state, 'accepted');
          await verifyAcceptance({ ...state, secret, myOffer: sealed.offer, now: Date.now() });
        },
      };
    },
    report: () =>
      agent.call('agent.report', {
        input: {
          cameras: [
            { camera, source: 'rtsp', state: { state: 'watching', since: 1_700_000_000_000, reason: null } },
          ],
        },
      }),
    record: async (household, options = {}) => {
      sequence += 1;
      const epochPublicKey = household.state().cameras.get(camera)?.epochs.get(1)?.publicKey;
      assert.ok(epochPublicKey !== undefined, 'the camera has no epoch');
      const startedAt = options.startedAt ?? 1_700_000_000_000 + sequence * 60_000;
      const { clipParts, plain } = options;
      const sealed = await sealEvent({
        ...{ home: household.home, camera, epochPublicKey, sequence, previous, startedAt },
        ...(clipParts === undefined ? {} : { clipParts }),
        ...(plain === undefined ? {} : { plain }),
      });
      previous = sealed.hash;
      return sealed;
    },
    putEvent: async ({ event }, manifests) =>
      agent.call('agent.put-event', {
        params: { event },
        input: { manifests: await Promise.all(manifests.map((one) => signManifest(one, device.privateKey))) },
      }),
    signedBatch: async ({ home }, events) => {
      const sent = await Promise.all(
        events.map(async ({ event: { event }, manifests }) => ({
          event,
          manifests: await Promise.all(manifests.map((one) => signManifest(one, device.privateKey))),
        })),
      );
      const all = sent.flatMap(({ manifests }) => manifests);
      return {
        statement: await signBatch(all, { agent: device.agent, home }, device.privateKey),
        events: sent,
      };
    },
    createUpload: async (object, { length, body } = {}) => {
      const { event, kind, revision } = object.label;
      const metadata = Object.entries({ event, kind, revision: String(revision) });
      return agent.call('agent.create-upload', {
        headers: {
          ...TUS,
          'upload-metadata': metadata.map(([key, value]) => `${key} ${btoa(value)}`).join(','),
          ...(length === undefined ? { 'upload-defer-length': '1' } : { 'upload-length': String(length) }),
          ...(body === undefined ? {} : BYTES),
        },
        ...(body === undefined ? {} : { body }),
      });
    },
    headUpload: (object) =>
      agent.call('agent.head-upload', { params: { upload: uploadOf(object) }, headers: TUS }),
    patchUpload: (object, { offset, bytes, length }) =>
      agent.call('agent.patch-upload', {
        params: { upload: uploadOf(object) },
        headers: {
          ...TUS,
          ...BYTES,
          'upload-offset': String(offset),
          ...(length === undefined ? {} : { 'upload-length': String(length) }),
        },
        body: bytes,
      }),
    send: async (object) => {
      const created = await agent.createUpload(object);
      assert.equal(created.status, 201, await created.clone().text());
      const { bytes } = object;
      const patched = await agent.patchUpload(object, { offset: 0, bytes, length: bytes.length });
      assert.equal(patched.status, 204, await patched.clone().text());
    },
    deliver: async (event) => {
      const { metadata, thumbnail, clip } = event;
      const manifests = [metadata.manifest, thumbnail.manifest, clip.manifest];
      const put = await agent.putEvent(event, manifests);
      assert.equal(put.status, 200, await put.clone().text());
      for (const object of [metadata, thumbnail, clip]) await agent.send(object);
      const stored = await (await agent.putEvent(event, manifests)).json();
      for (const object of stored.objects) assert.ok(object.complete, `${object.kind} is complete`);
    },
  };
  await agent.startSession();
  return agent;
}

/** An agent that is paired with the household and has its camera added. */
export async function pairedAgent(url: URL, household: Household): Promise<SyntheticAgent> {
  const agent = await newAgent(url);
  const { code, accepted } = await agent.offerPairing();
  await household.pair(code);
  await accepted();
  assert.equal((await agent.report()).status, 200);
  await household.addCamera(agent.camera);
  return agent;
}
