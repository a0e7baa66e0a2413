import type { AccountId } from '@nightlatch/protocol/ids';
import { AgentId, BroadcastId, CameraId, HomeId } from '@nightlatch/protocol/ids';
import type { VaultReason } from '../errors.ts';
import { sealingKeyOf } from '../keys.ts';
import { openLiveGrant, verifyLiveRequest } from '../live-keys.ts';
import { createRecordOpener, createRecordSealer, parseLiveHeader, readInit } from '../live-records.ts';
import { type Expectation, fromHex } from './expect.ts';

export interface LiveVectors {
  readonly home: string;
  readonly camera: string;
  readonly agent: string;
  readonly epoch: number;
  readonly broadcast: string;
  readonly viewer: AccountId;
  readonly viewerKey: string;
  readonly deviceKey: string;
  /** The X25519 private key of the request, hexadecimal; a real one never leaves its browser. */
  readonly ephemeralSecret: string;
  readonly liveKey: string;
  readonly request: string;
  readonly grant: string;
  /** In their order, from sequence 0; hexadecimal. */
  readonly records: readonly {
    readonly kind: 'init' | 'fragment';
    readonly keyFrame: boolean;
    readonly plaintext: string;
    readonly record: string;
  }[];
  readonly mediaType: string;
  readonly refused: readonly {
    readonly name: string;
    readonly reason: VaultReason;
    readonly broadcast: string;
    readonly liveKey: string;
    /** The records that an opener is given, one after the other; the last is refused. */
    readonly records: readonly string[];
  }[];
}

/** Verifies request and grant, seals each record anew to the same bytes, opens it, and is refused each forgery. */
export async function checkLive(vectors: LiveVectors, expect: Expectation): Promise<void> {
  const { viewer, epoch, deviceKey, viewerKey } = vectors;
  const home = HomeId.parse(vectors.home);
  const camera = CameraId.parse(vectors.camera);
  const agent = AgentId.parse(vectors.agent);
  const broadcast = BroadcastId.parse(vectors.broadcast);
  const liveKey = fromHex(vectors.liveKey);
  const ephemeral = await sealingKeyOf(fromHex(vectors.ephemeralSecret));

  const asked = { home, camera, agent, viewer };
  const request = await verifyLiveRequest(vectors.request, { ...asked, viewerKey });
  expect.equal(request.ephemeralKey, ephemeral.publicKey, 'ephemeral key of the request');
  const opened = await openLiveGrant(vectors.grant, { ...asked, epoch, ephemeral, deviceKey });
  expect.equal(opened.broadcast, broadcast, 'broadcast of the grant');
  expect.bytes(opened.liveKey, liveKey, 'live key');

  const sealer = await createRecordSealer({ home, camera, broadcast }, liveKey);
  const opener = await createRecordOpener({ home, camera, broadcast }, liveKey);
  for (const [sequence, { kind, keyFrame, plaintext, record }] of vectors.records.entries()) {
    const name = `record ${sequence}`;
    expect.bytes(await sealer.seal(kind, keyFrame, fromHex(plaintext)), fromHex(record), name);
    expect.equal(parseLiveHeader(fromHex(record)).sequence, sequence, `${name}, sequence`);
    expect.bytes((await opener.open(fromHex(record))).plaintext, fromHex(plaintext), `${name}, opened`);
  }
  const init = readInit(fromHex(vectors.records[0]?.plaintext ?? ''));
  expect.equal(init.tracks.mediaType, vectors.mediaType, 'media type');

  for (const forgery of vectors.refused) {
    const label = { home, camera, broadcast: BroadcastId.parse(forgery.broadcast) };
    const other = await createRecordOpener(label, fromHex(forgery.liveKey));
    const last = forgery.records.at(-1) ?? '';
    for (const record of forgery.records.slice(0, -1)) await other.open(fromHex(record));
    await expect.refused(() => other.open(fromHex(last)), forgery.reason, forgery.name);
  }
}
