import { join } from 'node:path';
import type { Hash, Instant } from '@nightlatch/protocol/encoding';
import type { CameraId, EventId, HomeId, RandomBytes } from '@nightlatch/protocol/ids';
import type { ObjectKind } from '@nightlatch/protocol/manifest';
import { isErrno, privateDirectory, removeDirectory } from '../settings/private-file.ts';
import { openChains } from './chains.ts';
import { type Change, createChange } from './change.ts';
import { type AppendBytes, appendToDisk, type Durable } from './clip-file.ts';
import { readClip } from './clip-recovery.ts';
import { createEventDirectory, readSlice } from './event-directory.ts';
import { type EventRecord, objectFile, parseDirectoryName } from './event-record.ts';
import { createEventWriter, type EventWriter } from './event-writer.ts';
import { type GapFile, openGapFiles, type SignGap } from './gap-files.ts';
import { type RecoveryReport, recoverSpool } from './recovery.ts';
import {
  type FreeBytes,
  freeBytesOnDisk,
  SPOOL_LIMITS,
  SpoolFull,
  type SpoolLimits,
  shortage,
} from './room.ts';
import { isGrowing, type SpooledEvent } from './spooled-event.ts';

/** A new event as the camera's chain wants it. */
export interface EventStart {
  readonly home: HomeId;
  readonly camera: CameraId;
  readonly event: EventId;
  readonly epoch: number;
  readonly startedAt: Instant;
}

/** The vault's `eventHash`. */
export type HashEvent = (
  start: EventStart & { readonly sequence: number; readonly previous: Hash | null },
) => Promise<Hash>;

export interface SpoolUsage {
  readonly usedBytes: number;
  readonly limitBytes: number;
  readonly waitingEvents: number;
  readonly setAsideEvents: number;
  readonly gaps: number;
  readonly full: SpoolFull['reason'] | null;
}

export interface Spool {
  readonly recovered: RecoveryReport;
  /**
   * Begins an event. Its place in the camera's chain is durable before this returns.
   * @throws SpoolFull after the loss of this recording was stated.
   */
  begin(start: EventStart): Promise<EventWriter>;
  /** What waits for the cloud, oldest first. */
  events(): readonly SpooledEvent[];
  clipOf(event: SpooledEvent): Promise<Durable | null>;
  read(
    event: SpooledEvent,
    kind: ObjectKind,
    revision: number,
    offset: number,
    maxBytes: number,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The cloud has all of it, committed: it is deleted here. */
  delivered(event: SpooledEvent): Promise<void>;
  setAside(event: SpooledEvent, why: string): void;
  gaps(): readonly GapFile[];
  gapSent(gap: GapFile): void;
  gapDelivered(gap: GapFile): Promise<void>;
  usage(): Promise<SpoolUsage>;
  /** Told of everything that somebody who delivers might wait for. */
  readonly change: Change;
}

export interface SpoolParts {
  readonly path: string;
  readonly limits?: SpoolLimits;
  readonly hashEvent: HashEvent;
  readonly signGap: SignGap;
  readonly random: RandomBytes;
  readonly freeBytes?: FreeBytes;
  readonly append?: AppendBytes;
  /** Told of each event that had to be dropped to make room. */
  readonly onDropped?: (event: SpooledEvent, reason: SpoolFull['reason']) => void;
}

/** What the journal, the chain and a directory take, roughly; asked for before an event begins. */
const EVENT_OVERHEAD_BYTES = 64 * 1024;

/** Losses that wait to be written down: a motion a minute on every one of 64 cameras for a quarter of an hour. */
const UNSTATED_MAX = 1000;

/** Opens the spool of one agent, and takes stock of what a crash may have left. */
export async function openSpool(parts: SpoolParts): Promise<Spool> {
  const { path, hashEvent, limits = SPOOL_LIMITS, freeBytes = freeBytesOnDisk } = parts;
  await privateDirectory(path);
  const eventsPath = join(path, 'events');
  const chains = await openChains(join(path, 'chains'));
  const gaps = await openGapFiles(join(path, 'gaps'), parts.signGap, parts.random);
  const recovered = await recoverSpool({ eventsPath, gaps, chains });

  const events = recovered.events;
  const change = createChange();
  let usedBytes = events.reduce((sum, event) => sum + event.bytes, 0);
  let ordinal = Math.max(0, ...events.map((event) => parseDirectoryName(event.name)?.ordinal ?? 0));
  let full: SpoolFull['reason'] | null = null;
  const unstated: { start: EventStart; reason: SpoolFull['reason'] }[] = [];
  let turn: Promise<unknown> = Promise.resolve();
  // Cameras share the room and the chains' files; what changes them goes one after the other.
  const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(act);
    turn = result.catch(() => undefined);
    return result;
  };

  const forget = async (event: SpooledEvent): Promise<void> => {
    if (event.gone) return;
    event.gone = true;
    events.splice(events.indexOf(event), 1);
    usedBytes -= event.bytes;
    await removeDirectory(eventsPath, event.name);
    change.tell();
  };
  const drop = async (event: SpooledEvent, reason: SpoolFull['reason']): Promise<void> => {
    const { home, camera, sequence, startedAt, endedAt, hash } = event.record;
    const lost = { home, camera, fromSequence: sequence, toSequence: sequence, reason, hash };
    // The statement first: a crash between the two leaves an event too many, never a loss untold.
    await gaps.state({ ...lost, from: startedAt, to: endedAt ?? startedAt });
    await forget(event);
    parts.onDropped?.(event, reason);
  };
  const makeRoom = async (bytes: number): Promise<void> => {
    for (;;) {
      const short = shortage(limits, usedBytes, await freeBytes(path), bytes);
      if (short === null) {
        full = null;
        return;
      }
      const oldest = events.find((event) => !isGrowing(event));
      if (oldest === undefined) {
        full = short;
        change.tell();
        throw new SpoolFull(short);
      }
      await drop(oldest, short);
    }
  };
  const recordOf = async (start: EventStart): Promise<EventRecord> => {
    const link = chains.next(start.home, start.camera);
    const hash = await hashEvent({ ...start, ...link });
    return { version: 1, ...start, ...link, hash, endedAt: null, state: 'growing', objects: [], clip: null };
  };
  /** Gives a recording that cannot be kept its place in the chain, and states its loss. */
  const lose = async (start: EventStart, reason: SpoolFull['reason']): Promise<void> => {
    const { home, camera, sequence, hash, startedAt } = await recordOf(start);
    const lost = { home, camera, fromSequence: sequence, toSequence: sequence, hash };
    await gaps.state({ ...lost, from: startedAt, to: startedAt, reason });
    await chains.advance(home, camera, sequence, hash);
  };
  const loseOrRemember = async (start: EventStart, reason: SpoolFull['reason']): Promise<void> => {
    if (unstated.length >= UNSTATED_MAX) unstated.shift();
    unstated.push({ start, reason });
    await stateLosses().catch((error: unknown) => {
      if (!isErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
    });
  };
  /** On a disk without a single free block not even a loss can be written down; it is as soon as there is one. */
  const stateLosses = async (): Promise<void> => {
    for (let first = unstated[0]; first !== undefined; first = unstated[0]) {
      await lose(first.start, first.reason);
      unstated.shift();
      change.tell();
    }
  };
  const create = async (start: EventStart): Promise<EventWriter> => {
    await makeRoom(EVENT_OVERHEAD_BYTES);
    await stateLosses();
    const record = await recordOf(start);
    ordinal += 1;
    const name = await createEventDirectory(eventsPath, ordinal, record);
    await chains.advance(record.home, record.camera, record.sequence, record.hash);
    const event: SpooledEvent = { name, record, clip: null, bytes: 0, gone: false, setAside: null };
    events.push(event);
    change.tell();
    return createEventWriter({
      directory: join(eventsPath, name),
      event,
      append: parts.append ?? appendToDisk,
      makeRoom: (bytes) => inTurn(() => makeRoom(bytes)),
      wrote: (bytes) => {
        usedBytes += bytes;
      },
      changed: change.tell,
    });
  };
  const begin = async (start: EventStart): Promise<EventWriter> => {
    try {
      return await create(start);
    } catch (error) {
      const full = isErrno(error, 'ENOSPC', 'EDQUOT') ? new SpoolFull('disk-full') : error;
      if (full instanceof SpoolFull) await loseOrRemember(start, full.reason);
      throw full;
    }
  };

  return {
    recovered: recovered.report,
    begin: (start) => inTurn(() => begin(start)),
    events: () => events,
    clipOf: async (event) => {
      if (event.clip === null && event.record.clip !== null && !isGrowing(event)) {
        return readClip(join(eventsPath, event.name), event.record.clip);
      }
      return event.clip;
    },
    read: (event, kind, revision, offset, maxBytes) =>
      readSlice(join(eventsPath, event.name, objectFile(kind, revision)), offset, maxBytes),
    delivered: (event) => inTurn(() => forget(event)),
    setAside: (event, why) => {
      event.setAside = why;
      change.tell();
    },
    gaps: () => gaps.list(),
    gapSent: (gap) => gaps.sent(gap),
    gapDelivered: (gap) => inTurn(() => gaps.delivered(gap)),
    usage: async () => {
      if (full !== null) full = shortage(limits, usedBytes, await freeBytes(path), EVENT_OVERHEAD_BYTES);
      return {
        usedBytes,
        limitBytes: limits.spoolBytes,
        waitingEvents: events.filter((event) => event.setAside === null).length,
        setAsideEvents: events.filter((event) => event.setAside !== null).length,
        gaps: gaps.list().length,
        full,
      };
    },
    change,
  };
}
