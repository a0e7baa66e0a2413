import { StreamMessage } from '@nightlatch/protocol/events';
import { AccountId, AgentId, HomeId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import type { Ask, Database } from '../sql/database.ts';
import { notify } from '../sql/statements/notify.ts';

/** PostgreSQL's channels; the second is notified by triggers. */
export const HOME_CHANNEL = 'nightlatch_home';
const ACCESS_CHANNEL = 'nightlatch_access';

/** Whose access may have changed: an account's, or that of all who have to do with an agent. */
const AccessSubject = z.union([AccountId, AgentId]);
type AccessSubject = z.infer<typeof AccessSubject>;

const HomeNotice = z.object({ home: HomeId, message: StreamMessage });

type Stop = () => void;

/** Carries "something is new" between the processes of the cloud; never what is new. */
export interface Hub extends AsyncDisposable {
  /** Calls `hear` for each message of the home, until stopped. */
  onHome(home: HomeId, hear: (message: StreamMessage) => void): Stop;
  /** Calls `hear` whenever the access of the account, or to the agent's cameras, may have changed: ask the gate again. */
  onAccess(subject: AccessSubject, hear: () => void): Stop;
  /** Calls `hear` when notifications may have been missed. */
  onMissed(hear: () => void): Stop;
}

/** Tells the home that something is new, when and if the transaction commits. */
export async function tellHome(ask: Ask, home: HomeId, message: StreamMessage): Promise<void> {
  await ask(notify, [HOME_CHANNEL, JSON.stringify({ home, message })]);
}

function createListeners<Key, Message>() {
  const listeners = new Map<Key, Set<(message: Message) => void>>();
  return {
    add: (key: Key, hear: (message: Message) => void): Stop => {
      const set = listeners.get(key) ?? new Set();
      listeners.set(key, set.add(hear));
      return () => {
        set.delete(hear);
        if (set.size === 0 && listeners.get(key) === set) listeners.delete(key);
      };
    },
    tell: (key: Key, message: Message): void => {
      for (const hear of listeners.get(key) ?? []) hear(message);
    },
  };
}

export async function openHub({ database }: { database: Pick<Database, 'listen'> }): Promise<Hub> {
  const homes = createListeners<HomeId, StreamMessage>();
  const access = createListeners<AccessSubject, undefined>();
  const missed = createListeners<'missed', undefined>();
  let listening = false;
  const stops = [
    await database.listen(HOME_CHANNEL, (payload) => {
      const notice = HomeNotice.parse(JSON.parse(payload));
      homes.tell(notice.home, notice.message);
    }),
    await database.listen(
      ACCESS_CHANNEL,
      (payload) => access.tell(AccessSubject.parse(payload), undefined),
      () => {
        if (listening) missed.tell('missed', undefined);
        listening = true;
      },
    ),
  ];
  return {
    onHome: homes.add,
    onAccess: (subject, hear) => access.add(subject, () => hear()),
    onMissed: (hear) => missed.add('missed', () => hear()),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}
