import { messageOf } from '../settings/private-file.ts';
import type { Spool } from '../spool/spool.ts';
import { isGrowing, type SpooledEvent } from '../spool/spooled-event.ts';
import type { AnnounceParts } from './announce.ts';
import { type Attempt, createBacklog } from './backlog.ts';
import type { Clock } from './clock.ts';
import { deliverEvent, EventGone } from './deliver-event.ts';
import { CloudAway, CloudRefusal } from './failures.ts';
import { delayMilliseconds } from './retry.ts';

export interface DelivererParts extends AnnounceParts {
  readonly spool: Spool;
  readonly clock: Clock;
  /** Random, from 0 to 1. */
  readonly fraction: () => number;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, fields?: object) => void;
}

/** How often the manifest of a growing clip is signed and sent again. */
const GROWING_MILLISECONDS = 2000;
/** Clips that are sent while they are recorded; the rest wait for their end. */
const FOLLOWED_MAX = 4;
/** An event that the cloud stumbles over is put off after so many tries, so that it does not hold up the others. */
const STUMBLES_MAX = 5;
const PUT_OFF_MILLISECONDS = 600_000;
const IDLE_MILLISECONDS = 30_000;

/**
 * Empties the spool into the cloud for as long as the signal allows: recordings that are over, oldest first, and
 * beside them those that are going on. Whatever fails stays in the spool.
 */
export async function runDeliverer(parts: DelivererParts, signal: AbortSignal): Promise<void> {
  const { spool, clock, log } = parts;
  const inHand = new Set<SpooledEvent>();
  const stumbles = new Map<SpooledEvent, { count: number; notBefore: number }>();
  const refusedOnce = new WeakSet<SpooledEvent>();
  const refusedGaps = new Set<string>();
  let failures = 0;

  const wait = async (error: CloudAway, count: number): Promise<void> => {
    if (!signal.aborted) await clock.sleep(delayMilliseconds(count, error, parts.fraction()), signal);
  };
  const noteFailure = (error: unknown): error is CloudAway => {
    if (!(error instanceof CloudAway)) return false;
    failures += 1;
    if (failures === 1 && !signal.aborted)
      log('warn', `${error.message} Recording goes on; everything is kept and sent later.`);
    return true;
  };
  const noteSuccess = (): void => {
    if (failures > 0) log('info', 'The cloud answers again.');
    failures = 0;
  };
  const setAside = (event: SpooledEvent, error: unknown): void => {
    const why = messageOf(error);
    spool.setAside(event, why);
    const { camera, event: id } = event.record;
    log('error', 'An event is set aside: it is kept here, and tried again after the next start.', {
      camera,
      event: id,
      why,
    });
  };
  /** True when something was sent or settled; false when it has to wait. */
  const attempt: Attempt = async (event, act) => {
    try {
      if ((await act()) === 'confirmed') await spool.delivered(event);
      stumbles.delete(event);
      noteSuccess();
      return true;
    } catch (error) {
      if (error instanceof EventGone) return true;
      if (!noteFailure(error)) {
        // A refusal by the cloud (once may be by bytes that were damaged under way), or a spooled file that cannot be
        // read: waiting heals neither.
        if (!(error instanceof CloudRefusal) || refusedOnce.has(event)) setAside(event, error);
        refusedOnce.add(event);
        return true;
      }
      if (error.internal) {
        const count = (stumbles.get(event)?.count ?? 0) + 1;
        const notBefore = count % STUMBLES_MAX === 0 ? clock.now() + PUT_OFF_MILLISECONDS : 0;
        stumbles.set(event, { count, notBefore });
      }
      await wait(error, failures);
      return false;
    }
  };

  const deliver = (event: SpooledEvent): Promise<boolean> => attempt(event, () => deliverEvent(parts, event));

  const sendGaps = async (): Promise<void> => {
    for (const gap of spool.gaps()) {
      const { gap: id, camera, fromSequence, toSequence } = gap.statement;
      if (refusedGaps.has(id) || signal.aborted) continue;
      spool.gapSent(gap);
      try {
        await parts.client.call('agent.put-gap', { params: { gap: id }, input: { statement: gap.jws } });
        await spool.gapDelivered(gap);
        noteSuccess();
      } catch (error) {
        if (noteFailure(error)) {
          await wait(error, failures);
          return;
        }
        refusedGaps.add(id);
        log(
          'error',
          'The cloud could not be told that events were lost; it is told again after the next start.',
          {
            camera,
            fromSequence,
            toSequence,
            why: messageOf(error),
          },
        );
      }
    }
  };
  const waits = (event: SpooledEvent): boolean =>
    !isGrowing(event) &&
    !inHand.has(event) &&
    event.setAside === null &&
    (stumbles.get(event)?.notBefore ?? 0) <= clock.now();
  const emptyBacklog = createBacklog({
    ...parts,
    attempt,
    noteSuccess,
    wait: async (error) => {
      if (noteFailure(error)) await wait(error, failures);
    },
  });
  const backlog = async (): Promise<void> => {
    while (!signal.aborted) {
      const seen = spool.change.count();
      await sendGaps();
      const waiting = spool.events().filter(waits);
      if (waiting.length === 0) await spool.change.wait(seen, IDLE_MILLISECONDS, signal);
      else await emptyBacklog(waiting, signal);
    }
  };

  const follow = async (event: SpooledEvent): Promise<void> => {
    let trusted = true;
    while (!signal.aborted && isGrowing(event) && event.setAside === null && !event.gone) {
      const sentAt = clock.now();
      trusted = await deliver(event);
      while (isGrowing(event) && !signal.aborted) {
        const left = sentAt + GROWING_MILLISECONDS - clock.now();
        if (left <= 0) break;
        await spool.change.wait(spool.change.count(), left, signal);
      }
    }
    // When the cloud was there a moment ago, the end follows at once; else it queues behind what is older.
    if (trusted && !signal.aborted && event.setAside === null && !event.gone) await deliver(event);
  };
  const worthFollowing = (event: SpooledEvent): boolean =>
    isGrowing(event) &&
    !inHand.has(event) &&
    event.setAside === null &&
    event.record.objects.some((object) => object.kind === 'thumbnail');
  const live = async (): Promise<void> => {
    const following = new Set<Promise<void>>();
    while (!signal.aborted) {
      const seen = spool.change.count();
      for (const event of spool.events().filter(worthFollowing)) {
        if (following.size >= FOLLOWED_MAX) break;
        inHand.add(event);
        const one = follow(event).finally(() => {
          inHand.delete(event);
          following.delete(one);
          spool.change.tell();
        });
        following.add(one);
      }
      await spool.change.wait(seen, IDLE_MILLISECONDS, signal);
    }
    await Promise.allSettled(following);
  };
  await Promise.all([backlog(), live()]);
}
