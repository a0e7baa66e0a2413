import { NightlatchError } from '@nightlatch/protocol/errors';
import type { CameraRow, MismatchReport } from '@nightlatch/protocol/events';
import { HomeLogAppend, HomeLogEntry, type HomeLogHead } from '@nightlatch/protocol/homelog';
import { HomeId, newReportId, type RandomBytes } from '@nightlatch/protocol/ids';
import { PairingAccept, PairingClaim } from '@nightlatch/protocol/pairing';
import type { RouteName } from '@nightlatch/protocol/routes';
import { entryHash } from '@nightlatch/vault/homelog';
import type { SealedOffer } from '@nightlatch/vault/pairing';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { AccountsOfStub } from './stub-accounts.ts';
import type { Asked, StubHandler } from './stub-cloud.ts';

/** Homes of the stub: their logs as they were sent, unchecked, and what a test says their cameras are. */
export function homesOfStub(random: RandomBytes) {
  const logs = new Map<string, { owner: string; entries: string[] }>();
  const offers = new Map<string, SealedOffer>();
  const accepted: { acceptance: string; mac: string }[] = [];
  const cameras: CameraRow[] = [];
  const reports: { home: string; report: MismatchReport }[] = [];

  const logOf = ({ params }: Asked) => {
    const log = logs.get(String(params.home));
    if (log === undefined) throw new NightlatchError('not-found', 'There is nothing here.');
    return log;
  };
  const append = async (log: { entries: string[] }, entries: string[]): Promise<HomeLogHead> => {
    for (const entry of entries) {
      if (unverifiedPayload(entry, HomeLogEntry).sequence !== log.entries.length)
        throw new NightlatchError('conflict', 'Another entry was first.');
      log.entries.push(entry);
    }
    return { sequence: log.entries.length - 1, hash: await entryHash(log.entries.at(-1) ?? '') };
  };

  const handlers = (accounts: AccountsOfStub): Partial<Record<RouteName, StubHandler>> => ({
    'homes.create': (asked) => {
      const { account } = accounts.here(asked).account;
      const entry = String(asked.input.entry);
      const { home } = unverifiedPayload(entry, HomeLogEntry);
      logs.set(home, { owner: account, entries: [entry] });
      return { home };
    },
    'home-log.read': (asked) => {
      const entries = logOf(asked).entries.slice(Number(asked.query.after) + 1);
      return { entries, more: false };
    },
    'home-log.append': (asked) => append(logOf(asked), HomeLogAppend.parse(asked.input).entries),
    'pairings.claim': (asked) => {
      const offer = offers.get(PairingClaim.parse(asked.input).locator);
      if (offer === undefined) throw new NightlatchError('not-found', 'There is nothing here.');
      return offer;
    },
    'pairings.accept': (asked) => {
      const { entry, acceptance, mac } = PairingAccept.parse(asked.input);
      accepted.push({ acceptance, mac });
      return append(logOf(asked), [entry]);
    },
    'cameras.list': () => ({
      cameras: cameras.map((row) => ({
        ...row,
        added: [...logs.values()].some(({ entries }) =>
          entries.some((entry) => {
            const { action } = unverifiedPayload(entry, HomeLogEntry);
            return action.kind === 'add-camera' && action.camera === row.camera;
          }),
        ),
      })),
    }),
    'events.list': () => ({ events: [], gaps: [], next: null }),
    'retention.get': () => ({
      ...{ bytesMax: null, cloudBytesMax: null, bytes: 0, favourites: 0, favouriteBytes: 0 },
      ...{ bytesOfLastWeek: 0, cameras: [] },
    }),
    'reports.create': ({ params, input }) => {
      reports.push({ home: HomeId.parse(params.home), report: Object(input) });
      return { report: newReportId(random) };
    },
  });
  const homesOf = (account: string) =>
    [...logs]
      .filter(([, { owner }]) => owner === account)
      .map(([home]) => ({ home: HomeId.parse(home), role: 'owner' as const }));
  return { handlers, homesOf, logs, offers, accepted, cameras, reports };
}
