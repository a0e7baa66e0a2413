import { createHash, randomBytes } from 'node:crypto';
import {
  type AccountId,
  accountIdOf,
  type CameraId,
  type HomeId,
  newCameraId,
  newHomeId,
  newSessionId,
} from '@nightlatch/protocol/ids';
import { type DeviceKey, generateDeviceKey } from '@nightlatch/vault/device';
import type { EpochKey } from '@nightlatch/vault/epoch';
import { newSealingSecret, sealingKeyOf } from '@nightlatch/vault/keys';
import postgres from 'postgres';

/** A home with an owner who is logged in, and a paired agent with one camera, each with its real keys. */
export interface Resident {
  readonly home: HomeId;
  readonly account: AccountId;
  /** What the owner's cookie holds. */
  readonly token: string;
  readonly device: DeviceKey;
  readonly agentToken: string;
  readonly camera: CameraId;
  readonly epochKey: EpochKey;
}

const token = (): string => randomBytes(32).toString('base64url');
const hashOf = (one: string): string => createHash('sha256').update(one).digest('base64url');

async function newResident(): Promise<Resident> {
  const home = newHomeId(randomBytes);
  const camera = newCameraId(randomBytes);
  const [device, key] = [await generateDeviceKey(), await sealingKeyOf(await newSealingSecret())];
  return {
    ...{ home, camera, device, token: token(), agentToken: token() },
    account: accountIdOf(randomBytes(32)),
    epochKey: { ...key, home, camera, epoch: 1 },
  };
}

/** Fills a migrated database with so many homes. @param url of the owner of the tables */
export async function fillTown(url: string, homes: number): Promise<Resident[]> {
  const residents: Resident[] = [];
  for (let one = 0; one < homes; one++) residents.push(await newResident());
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} });
  const column = (of: (one: Resident) => string): string => `{${residents.map(of).join(',')}}`;
  const fill = (text: string, ...columns: ((one: Resident) => string)[]) =>
    sql.unsafe(text, columns.map(column));
  const hash = hashOf('nobody reads this log');
  // Nobody signs up and pairs here: the tables that these would have filled are filled, without looking at references.
  await sql.unsafe('set session_replication_role = replica');
  await fill(
    `insert into sessions (session_id, account_id, token_hash, kind, device, expires_at)
     select s, a, t, 'full', 'storm', now() + interval '1 day' from unnest($1::text[], $2::text[], $3::text[]) x (s, a, t)`,
    () => newSessionId(randomBytes),
    ({ account }) => account,
    ({ token: shown }) => hashOf(shown),
  );
  await fill(
    `insert into homes (home_id, genesis_hash, owner_signing_key, log_sequence, log_hash)
     select h, '${hash}', '${hash}', 0, '${hash}' from unnest($1::text[]) x (h)`,
    ({ home }) => home,
  );
  await fill(
    `insert into memberships (home_id, account_id, role)
     select h, a, 'owner' from unnest($1::text[], $2::text[]) x (h, a)`,
    ({ home }) => home,
    ({ account }) => account,
  );
  await fill(
    `insert into agents (agent_id, device_key) select a, k from unnest($1::text[], $2::text[]) x (a, k)`,
    ({ device }) => device.agent,
    ({ device }) => device.publicKey,
  );
  await fill(
    `insert into agent_sessions (agent_id, token_hash, expires_at)
     select a, t, now() + interval '1 day' from unnest($1::text[], $2::text[]) x (a, t)`,
    ({ device }) => device.agent,
    ({ agentToken }) => hashOf(agentToken),
  );
  await fill(
    `insert into agent_pins (home_id, agent_id, device_key)
     select h, a, k from unnest($1::text[], $2::text[], $3::text[]) x (h, a, k)`,
    ({ home }) => home,
    ({ device }) => device.agent,
    ({ device }) => device.publicKey,
  );
  await fill(
    `insert into cameras (home_id, camera_id, agent_id, source, added_at)
     select h, c, a, 'rtsp', now() from unnest($1::text[], $2::text[], $3::text[]) x (h, c, a)`,
    ({ home }) => home,
    ({ camera }) => camera,
    ({ device }) => device.agent,
  );
  await fill(
    `insert into epochs (home_id, camera_id, epoch, public_key, log_sequence)
     select h, c, 1, k, 0 from unnest($1::text[], $2::text[], $3::text[]) x (h, c, k)`,
    ({ home }) => home,
    ({ camera }) => camera,
    ({ epochKey }) => epochKey.publicKey,
  );
  await sql.unsafe(
    'vacuum analyze sessions, homes, memberships, agents, agent_sessions, agent_pins, cameras, epochs',
  );
  await sql.end();
  return residents;
}
