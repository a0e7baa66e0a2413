import { z } from 'zod';
import { Instant } from './encoding.ts';
import { AgentId, CameraId, EventId, GapId, HomeId, ReportId } from './ids.ts';
import { GapJws, ManifestJws, ObjectKind, Revision } from './manifest.ts';

export const EVENTS_PAGE_MAX = 60;

/** A stored object: what the agent signed, and how many bytes of the container have arrived. */
export const StoredObject = z.object({
  kind: ObjectKind,
  revision: Revision,
  manifest: ManifestJws,
  receivedBytes: z.number().int().min(0),
});
export type StoredObject = z.infer<typeof StoredObject>;

/** In lists the clip's manifest is left out (it can be hundreds of kilobytes); ask for the event to have it. */
export const EventRow = z.object({
  home: HomeId,
  camera: CameraId,
  event: EventId,
  sequence: z.number().int().min(1),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  /** The newest complete revision of thumbnail and metadata; empty until they have arrived. */
  objects: z.array(StoredObject).max(24),
  clip: z
    .object({ state: z.enum(['growing', 'complete', 'interrupted']), receivedBytes: z.number().int().min(0) })
    .nullable(),
  /** Stays, whatever the home's retention says. */
  favourite: z.boolean().default(false),
});
export type EventRow = z.infer<typeof EventRow>;

export const GapRow = z.object({ gap: GapId, camera: CameraId, statement: GapJws });
export type GapRow = z.infer<typeof GapRow>;

/**
 * Events of a camera with numbers that follow each other, which the home's own setting deleted. It is the cloud that says
 * so: nobody signed it.
 */
export const DeletedSpan = z.object({
  camera: CameraId,
  fromSequence: z.number().int().min(1),
  toSequence: z.number().int().min(1),
  reason: z.enum(['days', 'bytes']),
});
export type DeletedSpan = z.infer<typeof DeletedSpan>;
export const DELETED_SPANS_MAX = 1000;

/** A place in the list, newest first: the start of an event, and its id where several start together. */
export const EventCursor = z.string().regex(/^\d{1,16}\.evt_[0-7][0-9a-hjkmnp-tv-z]{25}$/, 'not a cursor');

export const EventsQuery = z.object({
  camera: CameraId.optional(),
  /** Only events that start at or after. */
  from: z.coerce.number().pipe(Instant).optional(),
  /** Only events that start before. */
  to: z.coerce.number().pipe(Instant).optional(),
  /** Only events older than this place. */
  before: EventCursor.optional(),
  limit: z.coerce.number().int().min(1).max(EVENTS_PAGE_MAX).default(30),
});
export const EventsPage = z.object({
  events: z.array(EventRow).max(EVENTS_PAGE_MAX),
  /** Gaps in the span of this page. */
  gaps: z.array(GapRow).max(1000),
  /** What was deleted in the span of this page. */
  deleted: z.array(DeletedSpan).max(DELETED_SPANS_MAX).default([]),
  /** Null on the last page. */
  next: EventCursor.nullable(),
});
export type EventsPage = z.infer<typeof EventsPage>;

export const CameraStateKind = z.enum(['recording', 'watching', 'connecting', 'offline', 'waiting-for-key']);
export const CameraOfflineReason = z.enum([
  'password-refused',
  'unreachable',
  'not-found',
  'unsupported-codec',
  'stream-ended',
  'stream-stalled',
  'disk-full',
  'agent-offline',
  'internal',
]);
export const CameraState = z.object({
  state: CameraStateKind,
  /** Since when, by the clock of the agent (or of the server for `agent-offline`). */
  since: Instant,
  reason: CameraOfflineReason.nullable(),
});
export type CameraState = z.infer<typeof CameraState>;

export const CameraRow = z.object({
  camera: CameraId,
  agent: AgentId,
  /** `demo` is the built-in one. */
  source: z.enum(['rtsp', 'demo']),
  /** False until the home log has an `add-camera` entry for it. */
  added: z.boolean(),
  state: CameraState,
});
export type CameraRow = z.infer<typeof CameraRow>;
export const Cameras = z.object({ cameras: z.array(CameraRow).max(256) });

/** What the server tells open Events tabs: only that something is new, never what. */
export const StreamMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('event'), event: EventId, camera: CameraId }),
  z.object({ kind: z.literal('cameras') }),
  z.object({ kind: z.literal('log') }),
]);
export type StreamMessage = z.infer<typeof StreamMessage>;

/** A viewer tells that it was handed something that was not what it asked for. It never contains the thing itself. */
export const MismatchReport = z.object({
  what: z.enum(['event', 'manifest', 'object', 'epoch', 'home-log', 'camera', 'gap', 'live']),
  asked: z.object({ camera: CameraId.optional(), event: EventId.optional(), kind: ObjectKind.optional() }),
  /** Which check failed, in the vault's words. */
  reason: z.string().max(200),
});
export type MismatchReport = z.infer<typeof MismatchReport>;
export const MismatchReported = z.object({ report: ReportId });
