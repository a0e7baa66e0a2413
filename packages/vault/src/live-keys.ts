import type { PublicKey } from '@nightlatch/protocol/encoding';
import type { AccountId, AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import { LIVE_GRANT_TYP, LIVE_REQUEST_TYP, LiveGrant, LiveRequest } from '@nightlatch/protocol/live';
import { type Bytes, fixedBytes, lengthPrefixed, toBase64Url } from './encoding.ts';
import { refuse } from './errors.ts';
import { openWith, sealTo } from './hpke.ts';
import type { SealingKey } from './keys.ts';
import { parsed, signJws, verifyJws } from './signing.ts';

const SEALED_KEY_BYTES = 80;

/** A key pair for one request; its private half cannot be exported and is dropped with the page. */
export async function newEphemeralKey(): Promise<SealingKey> {
  const keyPair = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  const raw = await crypto.subtle.exportKey('raw', keyPair.publicKey);
  return { keyPair, privateKey: keyPair.privateKey, publicKey: toBase64Url(new Uint8Array(raw)) };
}

/** The wish to watch a camera, as a JWS by the viewer's signing key. */
export const signLiveRequest = async (request: LiveRequest, viewerPrivateKey: CryptoKey): Promise<string> =>
  signJws(parsed(LiveRequest, request, 'A request for live view'), {
    typ: LIVE_REQUEST_TYP,
    privateKey: viewerPrivateKey,
  });

/**
 * The request, signed by `viewerKey` (which the agent has from its own copy of the home log) and meant for exactly this
 * agent and camera. Whether it was answered before is for the caller to remember.
 */
export async function verifyLiveRequest(
  jws: string,
  expected: {
    readonly home: HomeId;
    readonly camera: CameraId;
    readonly agent: AgentId;
    readonly viewer: AccountId;
    readonly viewerKey: PublicKey;
  },
): Promise<LiveRequest> {
  const request = await verifyJws(jws, {
    typ: LIVE_REQUEST_TYP,
    publicKey: expected.viewerKey,
    schema: LiveRequest,
  });
  for (const field of ['home', 'camera', 'agent'] as const) {
    if (request[field] !== expected[field])
      refuse('wrong-subject', `The request is for another ${field} than asked.`);
  }
  if (request.viewer !== expected.viewer) refuse('wrong-member', 'The request is of another member.');
  return request;
}

type GrantLabel = Omit<LiveGrant, 'sealedKey'>;

const infoOf = (label: GrantLabel): Bytes =>
  lengthPrefixed(
    'nightlatch live key v1',
    label.home,
    label.camera,
    label.agent,
    String(label.epoch),
    label.broadcast,
    label.viewer,
    label.ephemeralKey,
  );

/** The 32-byte key of a broadcast for one request, sealed to its ephemeral key and signed by the device key. */
export async function signLiveGrant(
  label: GrantLabel,
  liveKey: Bytes,
  devicePrivateKey: CryptoKey,
): Promise<string> {
  const sealedKey = await sealTo(label.ephemeralKey, infoOf(label), liveKey);
  const grant = parsed(LiveGrant, { ...label, sealedKey }, 'A grant for live view');
  return signJws(grant, { typ: LIVE_GRANT_TYP, privateKey: devicePrivateKey });
}

export interface OpenedLiveGrant {
  readonly broadcast: BroadcastId;
  readonly epoch: number;
  readonly liveKey: Bytes;
}

/**
 * The key of a broadcast from a grant that `deviceKey` signed for exactly this request. An epoch before `epoch`, the
 * newest one that the viewer's copy of the home log has, is `wrong-epoch`: such an agent does not know who was removed.
 */
export async function openLiveGrant(
  jws: string,
  expected: {
    readonly home: HomeId;
    readonly camera: CameraId;
    readonly agent: AgentId;
    readonly epoch: number;
    readonly viewer: AccountId;
    readonly ephemeral: Pick<SealingKey, 'publicKey' | 'keyPair'>;
    readonly deviceKey: PublicKey;
  },
): Promise<OpenedLiveGrant> {
  const grant = await verifyJws(jws, {
    typ: LIVE_GRANT_TYP,
    publicKey: expected.deviceKey,
    schema: LiveGrant,
  });
  for (const field of ['home', 'camera', 'agent'] as const) {
    if (grant[field] !== expected[field])
      refuse('wrong-subject', `The grant is of another ${field} than asked for.`);
  }
  if (grant.viewer !== expected.viewer) refuse('wrong-member', 'The grant is for another member.');
  if (grant.ephemeralKey !== expected.ephemeral.publicKey)
    refuse('replayed', 'The grant answers another request than this one.');
  if (grant.epoch < expected.epoch) refuse('wrong-epoch', 'The grant is of an epoch that has ended.');
  const sealed = fixedBytes(grant.sealedKey, SEALED_KEY_BYTES, 'A sealed key of a broadcast');
  const liveKey = await openWith(
    expected.ephemeral.keyPair,
    infoOf(grant),
    sealed,
    'The key of the broadcast',
  );
  return { broadcast: grant.broadcast, epoch: grant.epoch, liveKey };
}
