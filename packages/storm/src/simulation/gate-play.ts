import { NightlatchError } from '@nightlatch/protocol/errors';
import type { EventRow } from '@nightlatch/protocol/events';
import type { AccountId, HomeId } from '@nightlatch/protocol/ids';
import { createEgress } from '@nightlatch/server/egress/egress';
import { createGate } from '@nightlatch/server/gate/gate';
import { createLedger } from '@nightlatch/server/ledger/ledger';
import type { Driver, Reply } from '@nightlatch/server/sql/connections';
import { openDatabase } from '@nightlatch/server/sql/database';
import { faultyLines } from './faulty-lines.ts';
import { type ModelHome, modelDatabase, modelHome, UNCHECKED } from './model-database.ts';
import { nothingYet, type Play } from './play.ts';
import { oneOf, playOut, type Theatre } from './theatre.ts';

const HOMES = 5;
const EVENTS = 3;
/** How many look at once, and how often each of them. */
const LOOKING = 8;
const VISITS = 6;
const FAULTS = { drop: 0.002, repeat: 0.006, swap: 0.008, cross: 0.006 };
/** The part of visits in which an app has mixed up its home's id with another's. */
const MIXED_UP = 0.2;
/** Homes that change hands, and sessions that end. */
const CHANGES = 3;

const homesOf = (bytes: Theatre['bytes']): readonly ModelHome[] =>
  Array.from({ length: HOMES }, () => modelHome(EVENTS, bytes));

/** What nobody in this play asks for. */
const nobodyAsks = (): never => {
  throw new Error('nobody in this play asks for this');
};
const connectionDestroyed = (): Error =>
  Object.assign(new Error('the connection was destroyed'), { code: 'CONNECTION_DESTROYED' });

/** Who had which home when, by a count of the changes: the oracle's own, which shares nothing with the locks. */
function truthOf(homes: readonly ModelHome[]) {
  const homeOf = new Map<string, HomeId>();
  for (const { home, events } of homes)
    for (const { event, manifest } of events) homeOf.set(event, home).set(manifest, home);
  const owners = new Map(homes.map(({ home, account }) => [home, [{ since: 0, account }]]));
  let moment = 0;
  return {
    get moment() {
      return moment;
    },
    handOver(home: HomeId, account: AccountId): void {
      moment += 1;
      owners.get(home)?.push({ since: moment, account });
    },
    /** Whether a row is of a home that this account had, at some time since that moment. */
    isOwn({ home, event, objects }: EventRow, account: AccountId, asked: number): boolean {
      const said = [homeOf.get(event), ...objects.map(({ manifest }) => homeOf.get(manifest))];
      if (said.some((one) => one !== home)) return false;
      const history = owners.get(home) ?? [];
      return history.some(
        (one, at) => one.account === account && (history[at + 1]?.since ?? Number.POSITIVE_INFINITY) > asked,
      );
    },
  };
}

/** People open their Events tabs by the real gate and egress, over connections that break the order of replies. */
export const gatePlay: Play = async (theatre, without) => {
  const { chance, bytes, turn, clock } = theatre;
  const homes = homesOf(bytes);
  const truth = truthOf(homes);
  const model = modelDatabase(homes, { rowSecurity: !without.has('row-security') });
  const lines = faultyLines<Reply>(theatre, FAULTS);
  const openDriver = (onClose: () => void): Driver => {
    const line = lines.open();
    return {
      ask: (text, parameters = []) =>
        line.ask(() => {
          const rows = model.answer(text, parameters);
          return { rows, count: rows.length, command: 'SELECT' };
        }),
      end: async () => {
        line.cut(connectionDestroyed());
        onClose();
      },
    };
  };
  const outcome = nothingYet();
  const onMismatch = (): void => {
    outcome.stopped += 1;
  };
  const database = openDatabase({
    ...{ url: '', random: bytes, openDriver, after: clock.after },
    ...{ sharedConnections: 2, transactionConnections: 1 },
    onDoubt: () => {
      outcome.stopped += 1;
    },
    ...(without.has('reply-proof') ? { isAnswerTo: () => true } : {}),
  });
  const gate = createGate({
    ...{ database, onMismatch, random: bytes },
    ...(without.has('gate') ? { statements: UNCHECKED, sameKeys: () => true } : {}),
  });
  const egress = createEgress({
    ...{ gate, onMismatch, ledger: createLedger({ database, random: bytes }) },
    objects: { open: nobodyAsks },
    hub: { onHome: nobodyAsks, onAccess: nobodyAsks, onMissed: nobodyAsks },
    ...{ relay: { reaches: nobodyAsks, watch: nobodyAsks }, watchLimit: nobodyAsks },
    ...(without.has('egress') ? { sameLabel: () => true } : {}),
  });

  const look = async ({ account, session }: ModelHome, { home, camera, events }: ModelHome) => {
    const asked = { session, account, home };
    if (chance() < 0.5) {
      const { event } = oneOf(events, chance);
      return [await egress.event(await gate.event({ ...asked, event }), { ...asked, event })];
    }
    const span = { ...asked, camera: null, from: 0, to: Number.MAX_SAFE_INTEGER };
    const [grant, gaps, deleted] = await Promise.all([
      gate.events({ ...span, before: null, limit: EVENTS }),
      gate.gaps({ ...span, camera: chance() < 0.5 ? camera : null }),
      gate.deletions(span),
    ]);
    return (await egress.events(grant, gaps, deleted, asked, EVENTS)).events;
  };
  const visit = async (): Promise<void> => {
    await turn('visit');
    const person = oneOf(homes, chance);
    const target = chance() < MIXED_UP ? oneOf(homes, chance) : person;
    const since = truth.moment;
    outcome.asked += 1;
    try {
      const rows = await look(person, target);
      outcome.answered += 1;
      for (const row of rows) if (!truth.isOwn(row, person.account, since)) outcome.foreign += 1;
    } catch (error) {
      // Refused, or to be tried again: in either case nothing came. With a lock out there may be a row of any shape.
      if (without.size === 0 && !(error instanceof NightlatchError)) throw error;
    }
  };
  const change = async (): Promise<void> => {
    await turn('change');
    const { home, session } = oneOf(homes, chance);
    if (chance() < 0.3) return model.endSession(session);
    const { account } = oneOf(homes, chance);
    model.handOver(home, account);
    truth.handOver(home, account);
  };
  const works = [
    ...Array.from({ length: LOOKING }, async () => {
      for (let one = 0; one < VISITS; one++) await visit();
    }),
    ...Array.from({ length: CHANGES }, change),
  ];
  outcome.steps = await playOut(theatre, works);
  outcome.faults = lines.struck;
  // It looks at its live pictures every so often, and would be kept for it, with everything that it knows.
  await egress.endLive();
  await database[Symbol.asyncDispose]();
  return outcome;
};
