import type { HomeLogHead } from '@nightlatch/protocol/homelog';
import type { AgentId, CameraId } from '@nightlatch/protocol/ids';
import type { PairingAcceptance } from '@nightlatch/protocol/pairing';
import { VaultError } from '@nightlatch/vault/errors';
import {
  type EmptyHome,
  emptyHome,
  applyEntries as followLog,
  type HomeState,
} from '@nightlatch/vault/homelog';
import type { SealingEpoch } from '../seal/epoch.ts';
import { readStoredHome, type StoredHome, writeStoredHome } from '../settings/home-file.ts';
import { SettingsError } from '../settings/private-file.ts';
import type { CloudClient } from '../uplink/client.ts';

/** A home log that this agent does not obey. Whatever was verified before stays in force. */
export class LogRefused extends Error {}

/** The vault's verification of entries; a test puts nothing in its place to show what it stops. */
export type ApplyEntries = (before: HomeState | EmptyHome, entries: readonly string[]) => Promise<HomeState>;

export interface HomeFollower {
  /** Null until the agent is paired. */
  home(): HomeState | null;
  /** What is wrong with the log that the cloud shows, in a sentence for a person; null while all is well. */
  problem(): string | null;
  epochOf(camera: CameraId): SealingEpoch | null;
  /** After a verified acceptance: reads the log from its first entry and pins the home. @throws LogRefused */
  adopt(acceptance: PairingAcceptance): Promise<void>;
  /** Reads on when the cloud says that there is more. A log that cannot be obeyed changes nothing but `problem`. */
  follow(head: HomeLogHead): Promise<void>;
  /** Reads on without being told of a head. @throws CloudAway, CloudRefusal */
  readNow(): Promise<void>;
}

export interface FollowerParts {
  readonly directory: string;
  readonly agent: AgentId;
  readonly deviceKey: string;
  readonly client: CloudClient;
  readonly applyEntries?: ApplyEntries;
  readonly onChange: () => void;
}

/** 256 entries a page; a home of a million entries would be refused before. */
const PAGES_MAX = 4000;

export async function openHomeFollower(parts: FollowerParts): Promise<HomeFollower> {
  const { directory, agent, deviceKey, client, onChange, applyEntries = followLog } = parts;
  let stored = await readStoredHome(directory);
  let state = stored === null ? null : await restore(stored);
  let problem: string | null = null;

  /** Each page is verified before the next is asked for, so that what the owner did not sign is never gathered. */
  const readOn = async (
    before: HomeState | EmptyHome,
  ): Promise<{ next: HomeState; entries: readonly string[] }> => {
    const entries: string[] = [];
    let now = before;
    for (let page = 0; page < PAGES_MAX; page++) {
      const answer = await client.call('agent.read-log', { query: { after: now.head?.sequence ?? -1 } });
      const next = await applyEntries(now, answer.entries);
      entries.push(...answer.entries);
      if (!answer.more) return { next, entries };
      if (answer.entries.length === 0) break;
      now = next;
    }
    throw new LogRefused('the cloud never comes to the end of the log');
  };
  const keep = async (next: HomeState, entries: readonly string[], before: StoredHome): Promise<void> => {
    const grown: StoredHome = { ...before, entries: [...before.entries, ...entries] };
    await writeStoredHome(directory, grown);
    stored = grown;
    state = next;
  };
  const refuse = (why: string): void => {
    if (problem === why) return;
    problem = why;
    onChange();
  };

  const grow = async (): Promise<void> => {
    if (state === null || stored === null) return;
    let read: Awaited<ReturnType<typeof readOn>>;
    try {
      read = await readOn(state);
    } catch (error) {
      if (error instanceof VaultError || error instanceof LogRefused) return refuse(FORK);
      throw error;
    }
    // Nothing new proves nothing: the head that the cloud reports says whether it has the same log.
    if (read.entries.length === 0) return;
    await keep(read.next, read.entries, stored);
    problem = null;
    onChange();
  };
  /** One reading at a time, so that no entry is kept twice. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const done = turn.then(act);
    turn = done.catch(() => undefined);
    return done;
  };
  /** A reading that has not begun yet: whoever asks meanwhile shares it. */
  let queued: Promise<void> | null = null;

  return {
    home: () => state,
    problem: () => problem,
    epochOf: (camera) => {
      const known = state?.cameras.get(camera);
      if (state === null || known === undefined || known.agent !== agent) return null;
      const epoch = known.currentEpoch;
      const publicKey = epoch === null ? undefined : known.epochs.get(epoch)?.publicKey;
      return epoch === null || publicKey === undefined ? null : { home: state.home, epoch, publicKey };
    },
    adopt: async (acceptance) => {
      if (stored !== null) throw new LogRefused('this agent belongs to a home already');
      const { home, owner, ownerKey, genesisHash } = acceptance;
      const begun = emptyHome(home, { ownerSigningKey: ownerKey, genesisHash });
      const { next, entries } = await readOn(begun).catch((error: unknown) => {
        if (!(error instanceof VaultError)) throw error;
        throw new LogRefused('the home log is not the one of the owner who took the code', { cause: error });
      });
      assertPaired(next, acceptance, agent, deviceKey);
      const pin = { version: 1 as const, home, owner, ownerSigningKey: ownerKey, genesisHash, entries: [] };
      await keep(next, entries, pin);
      onChange();
    },
    follow: (head) =>
      inTurn(async () => {
        if (state === null) return;
        const mine = state.head;
        if (head.sequence < mine.sequence) {
          return refuse(
            'The cloud shows an older home log than this agent has seen. Was it restored from a copy?',
          );
        }
        if (head.sequence > mine.sequence) return grow();
        if (head.hash !== mine.hash) return refuse(FORK);
        if (problem === null) return;
        problem = null;
        onChange();
      }),
    readNow: () => {
      queued ??= inTurn(() => {
        queued = null;
        return grow();
      });
      return queued;
    },
  };
}

const FORK =
  'The home log that the cloud shows is not what the owner of this home signed. This agent does not obey it, ' +
  'records on with the keys that it has, and should be looked at.';

/** Everything in the file was verified before it was written; it is verified again, because files can be changed. */
async function restore(stored: StoredHome): Promise<HomeState> {
  const { home, ownerSigningKey, genesisHash, entries } = stored;
  try {
    return await followLog(emptyHome(home, { ownerSigningKey, genesisHash }), entries);
  } catch (error) {
    throw new SettingsError(
      'home.json does not hold the home log that was pinned. Nothing was changed; restore it from a copy, ' +
        'or pair this agent anew in an empty --data directory.',
      { cause: error },
    );
  }
}

function assertPaired(
  home: HomeState,
  acceptance: PairingAcceptance,
  agent: AgentId,
  deviceKey: string,
): void {
  if (home.home !== acceptance.home || home.owner !== acceptance.owner) {
    throw new LogRefused('the home log is of another home or owner than the one who took the code');
  }
  if (home.genesisHash !== acceptance.genesisHash) {
    throw new LogRefused('the home log begins with another entry than the owner vouched for');
  }
  if (home.agents.get(agent)?.deviceKey !== deviceKey) {
    throw new LogRefused('the home log does not have this agent with its own key');
  }
}
