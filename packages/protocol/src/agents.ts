import { z } from 'zod';
import { base64Url, compactJws, Instant, PublicKey } from './encoding.ts';
import { CameraState } from './events.ts';
import { HomeLogHead } from './homelog.ts';
import { AgentId, CameraId, EventId, HomeId } from './ids.ts';
import { BatchJws, GapJws, ManifestJws, ObjectKind, Revision } from './manifest.ts';

export const AgentChallenge = z.object({ challenge: base64Url(16, 128) });
/** Signed by the device key over the server's challenge. */
export const AgentAssertion = z.object({ agent: AgentId, challenge: base64Url(16, 128) });
export const AGENT_ASSERTION_TYP = 'nightlatch-agent-session+jwt';
export const AgentSessionStart = z.object({ deviceKey: PublicKey, assertion: compactJws(2048) });
/** The token goes into `Authorization: Bearer`; it ends at `expiresAt`, and then the agent proves itself again. */
export const AgentSession = z.object({ agent: AgentId, token: base64Url(32), expiresAt: Instant });

export const AgentReport = z.object({
  cameras: z
    .array(z.object({ camera: CameraId, source: z.enum(['rtsp', 'demo']), state: CameraState }))
    .max(64),
});
export type AgentReport = z.infer<typeof AgentReport>;
export const AgentReported = z.object({ home: HomeId.nullable(), logHead: HomeLogHead.nullable() });

/** All that the cloud learns of an event is what the device key signed. */
export const EventPut = z.object({ manifests: z.array(ManifestJws).min(1).max(4) });
export const EventStored = z.object({
  event: EventId,
  objects: z.array(
    z.object({
      kind: ObjectKind,
      revision: Revision,
      receivedBytes: z.number().int().min(0),
      /** True once every byte is on disk, matches the signed manifest, and the row is committed. */
      complete: z.boolean(),
    }),
  ),
});
/** Events that one request brings. */
export const EVENTS_PUT_MAX = 64;
export const EVENTS_PUT_BYTES_MAX = 2 * 1024 * 1024;
/** Of one event in such a request: metadata, a clip, and as many thumbnails as there may be. */
export const EVENT_MANIFESTS_MAX = 10;
export const EventsPut = z.object({
  statement: BatchJws,
  events: z
    .array(z.object({ event: EventId, manifests: z.array(ManifestJws).min(1).max(EVENT_MANIFESTS_MAX) }))
    .min(1)
    .max(EVENTS_PUT_MAX),
});
/** In the order of the question. An event that was refused was refused alone. */
export const EventsStored = z.object({
  events: z.array(z.union([EventStored, z.object({ event: EventId, refused: z.string() })])),
});
export const GapPut = z.object({ statement: GapJws });

/** The id of an upload says which object it is, so that sending it again finds what has already arrived. */
export const UploadId = z
  .string()
  .regex(/^evt_[0-9a-z]{26}\.(clip|thumbnail|metadata)\.[0-7]$/, 'not an upload id');
export const UPLOAD_PATCH_BYTES_MAX = 8 * 1024 * 1024;
