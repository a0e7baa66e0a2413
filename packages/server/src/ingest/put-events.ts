import type { EventsStored } from '@nightlatch/protocol/agents';
import { type ErrorKind, NightlatchError } from '@nightlatch/protocol/errors';
import type { AgentId, EventId, HomeId } from '@nightlatch/protocol/ids';
import { VaultError } from '@nightlatch/vault/errors';
import { verifyBatch } from '@nightlatch/vault/manifest';
import type { z } from 'zod';
import type { Gate } from '../gate/gate.ts';
import type { ObjectStore } from '../objects/store.ts';
import { type Completion, completeStored } from './complete.ts';
import type { EventStorage } from './event-storage.ts';
import { type EventIngest, refused } from './put-event.ts';
import { readSentEvent } from './sent-event.ts';

export interface EventsArrival {
  readonly agent: AgentId;
  readonly home: HomeId;
  /** Compact JWS over all manifests. */
  readonly statement: string;
  readonly events: readonly { readonly event: EventId; readonly manifests: readonly string[] }[];
}

type Answer = z.output<typeof EventsStored>['events'][number];

/** What is wrong with one event and not with the moment. */
const REFUSALS: readonly ErrorKind[] = ['unprocessable', 'bad-input', 'conflict'];

/**
 * Stores many events of an agent. The device's signature over the batch stands for those of its manifests
 * (docs/decisions/2026-11-25-events-in-batches.md). What is new or known goes to the database together with what other
 * agents send at this moment; anything else goes the road of a single event, where each manifest is verified by itself.
 */
export function eventsIngest({
  gate,
  objects,
  complete,
  storage,
  one,
}: {
  gate: Pick<Gate, 'agent'>;
  objects: Pick<ObjectStore, 'requireRoom'>;
  complete: Completion;
  storage: EventStorage;
  one: EventIngest;
}) {
  const alone = async (arrival: Parameters<EventIngest>[0]): Promise<Answer> => {
    try {
      return await one(arrival);
    } catch (error) {
      if (!(error instanceof NightlatchError) || !REFUSALS.includes(error.kind)) throw error;
      return { event: arrival.event, refused: error.message };
    }
  };

  return async (arrival: EventsArrival): Promise<z.output<typeof EventsStored>> => {
    const { agent, home, statement, events } = arrival;
    await objects.requireRoom();
    const { deviceKey } = (await gate.agent({ agent, home })).content;
    const manifests = events.flatMap((event) => event.manifests);
    try {
      await verifyBatch(statement, manifests, { agent, home }, deviceKey);
    } catch (error) {
      throw error instanceof VaultError ? refused(error) : error;
    }
    const stored = await Promise.all(
      events.map(async (event) => {
        const read = readSentEvent({ agent, home }, event);
        if (read === undefined) return undefined;
        const sent = { ...read, deviceKey };
        const found = await storage(sent);
        return found === undefined ? undefined : { sent, found };
      }),
    );
    const answers: Answer[] = [];
    for (const [index, event] of events.entries()) {
      const there = stored[index];
      answers.push(
        await (there === undefined
          ? alone({ agent, home, ...event })
          : completeStored(complete, there.sent, there.found)),
      );
    }
    return { events: answers };
  };
}
