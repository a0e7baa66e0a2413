import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { removeDirectory } from '../settings/private-file.ts';
import type { Chains } from './chains.ts';
import { recoverClip } from './clip-recovery.ts';
import { bytesIn, listEventDirectories, readRecord, removeStrays, writeRecord } from './event-directory.ts';
import { type EventRecord, parseDirectoryName } from './event-record.ts';
import type { GapFiles } from './gap-files.ts';
import type { SpooledEvent } from './spooled-event.ts';

export interface RecoveryReport {
  readonly interrupted: number;
  readonly lost: number;
}

interface Parts {
  readonly eventsPath: string;
  readonly gaps: GapFiles;
  readonly chains: Chains;
}

/**
 * Takes stock after a start: recordings that a crash cut off keep their whole chunks and become `interrupted`; what
 * cannot be read any more is stated as a gap and removed; the chains are brought up to the newest event.
 */
export async function recoverSpool(
  parts: Parts,
): Promise<{ events: SpooledEvent[]; report: RecoveryReport }> {
  const { eventsPath, gaps, chains } = parts;
  const events: SpooledEvent[] = [];
  let interrupted = 0;
  let lost = 0;
  for (const name of await listEventDirectories(eventsPath)) {
    const known = parseDirectoryName(name);
    if (known === null) continue;
    const directory = join(eventsPath, name);
    const read = await readRecord(directory);
    const record = read?.event === known.event && read.sequence === known.sequence ? read : null;
    if (record !== null) await chains.advance(record.home, record.camera, record.sequence, record.hash);
    if (isStated(gaps, known, record)) {
      // The crash came between the statement and the removal; the statement stands.
      await removeDirectory(eventsPath, name);
      continue;
    }
    const whole = record === null ? null : await wholePart(directory, record);
    if (whole === null) {
      await stateDamaged(parts, name, record);
      lost += 1;
      continue;
    }
    if (record?.state === 'growing') interrupted += 1;
    events.push({
      name,
      record: whole,
      clip: null,
      bytes: await bytesIn(directory),
      gone: false,
      setAside: null,
    });
  }
  for (const { statement, hash } of gaps.list()) {
    await chains.advance(statement.home, statement.camera, statement.toSequence, hash);
  }
  return { events, report: { interrupted, lost } };
}

/** Whether a gap says that the event is lost. An unreadable event has no home to compare: one camera's number is enough. */
const isStated = (
  gaps: GapFiles,
  known: { readonly camera: string; readonly sequence: number },
  record: EventRecord | null,
): boolean =>
  gaps
    .list()
    .some(
      ({ statement }) =>
        (record === null || statement.home === record.home) &&
        statement.camera === known.camera &&
        statement.fromSequence <= known.sequence &&
        known.sequence <= statement.toSequence,
    );

/** The record of what is left of the event; null where nothing is worth delivering. */
async function wholePart(directory: string, record: EventRecord): Promise<EventRecord | null> {
  if (record.state !== 'growing') return record;
  const clip = record.clip === null ? null : await recoverClip(directory, record.clip);
  const shown = record.objects.some((object) => object.kind === 'thumbnail');
  if ((clip === null || clip.chunks.length === 0) && !shown) return null;
  const recovered: EventRecord = {
    ...record,
    state: clip?.endedAt == null ? 'interrupted' : 'complete',
    endedAt: clip?.endedAt ?? record.startedAt + (clip?.untilMilliseconds ?? 0),
    clip: clip === null ? null : record.clip,
  };
  await writeRecord(directory, recovered);
  await removeStrays(directory, recovered);
  return recovered;
}

async function stateDamaged(parts: Parts, name: string, record: EventRecord | null): Promise<void> {
  const known = parseDirectoryName(name);
  const directory = join(parts.eventsPath, name);
  const at = record?.startedAt ?? Math.floor((await stat(directory)).birthtimeMs);
  const home = record?.home ?? parts.chains.homeOf(known?.camera ?? null);
  if (known !== null && home !== null) {
    await parts.gaps.state({
      home,
      camera: known.camera,
      fromSequence: known.sequence,
      toSequence: known.sequence,
      from: at,
      to: Math.max(at, Math.floor((await stat(directory)).mtimeMs)),
      reason: 'spool-damaged',
      // Nobody can say any more what it was; the next event needs some link, and the gap explains it.
      hash: record?.hash ?? createHash('sha256').update(name).digest('base64url'),
    });
  }
  await removeDirectory(parts.eventsPath, name);
}
