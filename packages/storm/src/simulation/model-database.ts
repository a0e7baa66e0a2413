import {
  type AccountId,
  accountIdOf,
  type CameraId,
  type EventId,
  type HomeId,
  newCameraId,
  newEventId,
  newHomeId,
  newSessionId,
  type SessionId,
} from '@nightlatch/protocol/ids';
import { APP_ROLE } from '@nightlatch/server/sql/database';
import { HIT_COLUMN, NONCE_COLUMN, type RawRow, type Statement } from '@nightlatch/server/sql/statement';
import { insertDelivery } from '@nightlatch/server/sql/statements/deliveries';
import { gateEvent, gateEvents } from '@nightlatch/server/sql/statements/gate-events';
import { gateGaps } from '@nightlatch/server/sql/statements/gate-home';
import { gateDeletions } from '@nightlatch/server/sql/statements/gate-retention';
import { toBase64Url, utf8 } from '@nightlatch/vault/encoding';

export interface ModelEvent {
  readonly event: EventId;
  readonly sequence: number;
  /** What the agent would have signed. */
  readonly manifest: string;
}
export interface ModelHome {
  readonly home: HomeId;
  readonly camera: CameraId;
  /** Who lives there at first, and their session. */
  readonly account: AccountId;
  readonly session: SessionId;
  readonly events: readonly ModelEvent[];
}

const segment = (value: unknown): string => toBase64Url(utf8(JSON.stringify(value)));

export function modelHome(events: number, bytes: (count: number) => Uint8Array<ArrayBuffer>): ModelHome {
  const home = newHomeId(bytes);
  const camera = newCameraId(bytes);
  const recorded = Array.from({ length: events }, (_, index): ModelEvent => {
    const event = newEventId(bytes);
    const label = { home, camera, event, kind: 'thumbnail', revision: 0 };
    return {
      event,
      sequence: index + 1,
      manifest: [segment({}), segment(label), segment('signed')].join('.'),
    };
  });
  return { home, camera, account: accountIdOf(bytes(32)), session: newSessionId(bytes), events: recorded };
}

/** The same statement in a text that the model takes for one without its check: the gate's lock taken out. */
const unchecked = <Row>(of: Statement<Row>): Statement<Row> => ({
  ...of,
  wrapped: `unchecked ${of.wrapped}`,
});
export const UNCHECKED = {
  event: unchecked(gateEvent),
  events: unchecked(gateEvents),
  gaps: unchecked(gateGaps),
  deletions: unchecked(gateDeletions),
};

interface Caller {
  readonly session: string;
  readonly account: string;
  readonly home: string;
}
type Parameters = readonly unknown[];
type Answer = (caller: Caller, parameters: Parameters) => RawRow[];

/** What PostgreSQL would answer at this moment: sessions, owners, events and deliveries, under row-level security. */
export function modelDatabase(homes: readonly ModelHome[], { rowSecurity }: { rowSecurity: boolean }) {
  const owner = new Map<string, AccountId>(homes.map(({ home, account }) => [home, account]));
  const sessions = new Map<string, AccountId>(homes.map(({ session, account }) => [session, account]));
  const byHome = new Map<string, ModelHome>(homes.map((one) => [one.home, one]));

  const columns = ({ home, camera }: ModelHome, { event, sequence, manifest }: ModelEvent): RawRow => ({
    ...{ eventHome: home, event, camera, sequence, startedAt: sequence * 1000, endedAt: sequence * 1000 + 5 },
    objects: [{ kind: 'thumbnail', revision: 0, manifest, receivedBytes: 1 }],
    ...{ clip: null, favourite: false },
  });
  const eventRows: Answer = ({ home }, parameters) => {
    const found = byHome.get(home);
    if (found === undefined) return [];
    return found.events.filter(({ event }) => event === parameters[3]).map((one) => columns(found, one));
  };
  const eventsRows: Answer = ({ home }) => {
    const found = byHome.get(home);
    const rows = found?.events.map((one) => columns(found, one)) ?? [];
    return rows.length > 0 ? rows.reverse() : [{ eventHome: null }];
  };
  const noRows: Answer = () => [{ rowHome: null }];
  const answers = new Map<string, { answer: Answer; checks: boolean; parameters: number }>();
  for (const [checked, without, answer] of [
    [gateEvent, UNCHECKED.event, eventRows],
    [gateEvents, UNCHECKED.events, eventsRows],
    [gateGaps, UNCHECKED.gaps, noRows],
    [gateDeletions, UNCHECKED.deletions, noRows],
  ] as const) {
    answers.set(checked.wrapped, { answer, checks: true, parameters: checked.parameters });
    answers.set(without.wrapped, { answer, checks: false, parameters: without.parameters });
  }

  const gated = (text: string, parameters: Parameters, accounts: readonly string[]): RawRow[] => {
    const known = answers.get(text);
    if (known === undefined) throw new Error('the model has no such statement');
    const [session, account, home] = parameters.map(String);
    if (session === undefined || account === undefined || home === undefined) return [];
    const shows = !rowSecurity || accounts.includes(owner.get(home) ?? '');
    const isMember = sessions.get(session) === account && owner.get(home) === account;
    if (!shows || (known.checks && !isMember)) return [];
    const caller = { session, account, home };
    return known.answer(caller, parameters).map((row) => ({ ...caller, ...row }));
  };
  const numberOf = (text: string): number =>
    text === insertDelivery.wrapped ? insertDelivery.parameters : (answers.get(text)?.parameters ?? 0);

  return {
    /** Rows as they come to the question: its nonce in each, and one without a hit where there is nothing. */
    answer: (text: string, given: Parameters): RawRow[] => {
      const count = numberOf(text);
      const parameters = given.slice(0, count);
      const accounts = String(given[count + 1]).split(',');
      const rows =
        text === insertDelivery.wrapped
          ? [{ home: parameters[0], delivery: parameters[1] }]
          : gated(text, parameters, accounts);
      const echo = { [NONCE_COLUMN]: `${String(given[count])} ${APP_ROLE}` };
      return rows.length === 0
        ? [{ ...echo, [HIT_COLUMN]: null }]
        : rows.map((row) => ({ ...echo, [HIT_COLUMN]: true, ...row }));
    },
    /** The home has this owner from now on, and nobody else. */
    handOver: (home: HomeId, to: AccountId): void => void owner.set(home, to),
    endSession: (session: SessionId): void => void sessions.delete(session),
  };
}
