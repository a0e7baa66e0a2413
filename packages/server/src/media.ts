import path from 'node:path';
import type { HomeId, ReportId } from '@nightlatch/protocol/ids';
import { type AgentSessions, createAgentSessions } from './agents/sessions.ts';
import { createTickets, type Tickets } from './agents/tickets.ts';
import { type Cached, composeCached } from './cache/cached.ts';
import { createEgress, type Egress, type EgressOptions } from './egress/egress.ts';
import type { Foundation } from './foundation.ts';
import { createGate, type Gate, type GateOptions } from './gate/gate.ts';
import type { Mismatch } from './gate/proof.ts';
import { type Hub, openHub } from './hub/hub.ts';
import { createCompletion } from './ingest/complete.ts';
import { createEventStorage } from './ingest/event-storage.ts';
import { type EventIngest, eventIngest } from './ingest/put-event.ts';
import { eventsIngest } from './ingest/put-events.ts';
import { gapIngest } from './ingest/put-gap.ts';
import { createUploads, type UploadLimits, type Uploads } from './ingest/uploads.ts';
import { createLedger, type Ledger } from './ledger/ledger.ts';
import { createLimit, type Limit } from './limit.ts';
import { createRelay, type Relay } from './live/relay.ts';
import { createSlots, type Slots } from './live/slots.ts';
import { type ObjectStore, openObjectStore } from './objects/store.ts';
import { createSweep, type Sweep } from './retention/sweep.ts';

/** The part of the cloud that has to do with homes: gate, egress, ledger, objects, hub, ingest and agents. */
export interface Media {
  readonly agents: AgentSessions;
  readonly tickets: Tickets;
  readonly slots: Slots;
  readonly gate: Gate;
  readonly egress: Egress;
  readonly relay: Relay;
  readonly hub: Hub;
  readonly cached: Cached;
  readonly ingest: {
    readonly event: EventIngest;
    readonly events: ReturnType<typeof eventsIngest>;
    readonly gap: ReturnType<typeof gapIngest>;
    readonly upload: Uploads;
  };
  readonly sweep: Sweep;
  readonly limits: {
    readonly homes: Limit;
    readonly claims: Limit;
    readonly reports: Limit;
    readonly agentSessions: Limit;
  };
  /** A viewer was handed something that it had not asked for, and said so. */
  readonly onReport: (report: { report: ReportId; home: HomeId; what: string; reason: string }) => void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Replaces parts, for a test that shows what each of them is good for. Production composes without. */
export interface MediaParts {
  readonly gate?: Partial<GateOptions>;
  readonly egress?: Partial<EgressOptions>;
  readonly ledger?: Ledger;
  readonly objects?: ObjectStore;
  readonly hub?: Hub;
  readonly slots?: Slots;
  readonly uploads?: Partial<UploadLimits>;
  /** Stands between the relay and the egress. */
  readonly relay?: (relay: Relay) => Relay;
}

const HOUR_SECONDS = 3600;

export async function composeMedia(foundation: Foundation, parts: MediaParts = {}): Promise<Media> {
  const { config, database, cache, clock, random, log, keys, admission } = foundation;
  const onMismatch = (mismatch: Mismatch): void => {
    log.error({ mismatch }, 'something that was not what was asked for was stopped on its way out');
  };
  const limit = (what: string, countMax: number, windowSeconds = HOUR_SECONDS): Limit =>
    createLimit({ database, key: keys.indexKey, what, countMax, windowSeconds });

  const objects =
    parts.objects ?? (await openObjectStore({ directory: path.join(config.dataDirectory, 'objects') }));
  const hub = parts.hub ?? (await openHub({ database }));
  const ledger = parts.ledger ?? createLedger({ database, random });
  const relay = (parts.relay ?? ((one) => one))(createRelay({ random }));
  const gate = createGate({ database, onMismatch, random, ...parts.gate });
  // A wall of sixteen cameras, each asked for again every five seconds because its agent has no room for it.
  const watchLimit = limit('watches', 1000, 300);
  const egress = createEgress({ gate, ledger, objects, hub, relay, onMismatch, watchLimit, ...parts.egress });
  const cached = composeCached({ cache, database });
  const complete = createCompletion({ database, objects });
  const storage = createEventStorage({ database });
  const event = eventIngest({ database, gate, objects, complete, storage });
  return {
    agents: createAgentSessions({ database, challengeKey: keys.challengeKey, clock, random }),
    tickets: createTickets({ key: keys.challengeKey, clock, random }),
    slots: parts.slots ?? createSlots({ perSecond: config.reconnectsPerSecond }),
    gate,
    egress,
    relay,
    hub,
    cached,
    ingest: {
      event,
      events: eventsIngest({ gate, objects, complete, storage, one: event }),
      gap: gapIngest({ database, gate }),
      upload: createUploads({
        ...{ database, objects, complete, admission },
        ...(parts.uploads === undefined ? {} : { limits: parts.uploads }),
      }),
    },
    sweep: createSweep({
      ...{ database, objects, homeBytesMax: config.homeBytesMax ?? null },
      // Where the cache does not hear it, what it has ends by itself in a minute.
      onDeleted: (home) => cached.kept.invalidate(home, {}).catch(() => undefined),
      onFailed: (home, error) => {
        log.error({ home, err: error }, 'a home could not be swept; the next sweep tries again');
      },
    }),
    limits: {
      homes: limit('homes', 20),
      claims: limit('pairing-claims', 60),
      reports: limit('mismatch-reports', 600),
      // A whole street behind one address reconnects, each agent a few times.
      agentSessions: limit('agent-sessions', 6000),
    },
    onReport: (report) => {
      log.error({ report }, 'a viewer was handed something that it had not asked for');
    },
    [Symbol.asyncDispose]: async () => {
      egress.endStreams();
      relay.close();
      await egress.endLive();
      await hub[Symbol.asyncDispose]();
    },
  };
}
