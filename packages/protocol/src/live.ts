import { z } from 'zod';
import { base64Url, compactJws, Instant, PublicKey } from './encoding.ts';
import { EpochNumber } from './homelog.ts';
import { AccountId, AgentId, BroadcastId, CameraId, HomeId, WatchId } from './ids.ts';

/** Signed by the viewer's identity: who wants to watch, and the key made for this once that the answer is sealed to. */
export const LiveRequest = z.object({
  home: HomeId,
  camera: CameraId,
  /** The agent that the viewer's own copy of the home log has for the camera. */
  agent: AgentId,
  viewer: AccountId,
  ephemeralKey: PublicKey,
  requestedAt: Instant,
});
export type LiveRequest = z.infer<typeof LiveRequest>;
export const LIVE_REQUEST_TYP = 'nightlatch-live-request+jwt';
export const LiveRequestJws = compactJws(2048);

/** Signed by the device key: the key of a broadcast, sealed to the ephemeral key of one request. */
export const LiveGrant = z.object({
  home: HomeId,
  camera: CameraId,
  agent: AgentId,
  /** The camera's epoch as of the agent's copy of the home log. */
  epoch: EpochNumber,
  broadcast: BroadcastId,
  viewer: AccountId,
  ephemeralKey: PublicKey,
  sealedKey: base64Url(80),
});
export type LiveGrant = z.infer<typeof LiveGrant>;
export const LIVE_GRANT_TYP = 'nightlatch-live-grant+jwt';
export const LiveGrantJws = compactJws(2048);

/** What the first record of a broadcast carries, before the bytes of its initialization segment. */
export const LiveTracks = z.object({
  /** As MediaSource takes it: `video/mp4; codecs="…"`. */
  mediaType: z.string().max(200),
  widthPixels: z.number().int().min(1).max(16_384),
  heightPixels: z.number().int().min(1).max(16_384),
  hasAudio: z.boolean(),
});
export type LiveTracks = z.infer<typeof LiveTracks>;

/** A key frame of an 8K camera fits; nothing longer is sealed, relayed or opened. */
export const LIVE_RECORD_BYTES_MAX = 4 * 1024 * 1024;
/** As a record, the beginning of a broadcast. Real ones have 2 KiB. */
export const LIVE_INIT_BYTES_MAX = 64 * 1024;
/** What an agent repeats for one who joins, beginning and all. With more since the last key frame, the next one is waited for. */
export const LIVE_REPEAT_BYTES_MAX = 8 * 1024 * 1024;
/** The largest text message on either socket. */
export const LIVE_MESSAGE_BYTES_MAX = 8 * 1024;

/** Why there is no picture now. The first three may pass, and the viewer waits or asks again; the others are final. */
export const LiveTrouble = z.enum([
  'agent-offline',
  'camera-offline',
  'busy',
  /** The agent does not obey this request: by its own copy of the home log it may not. */
  'refused',
  /** The session, the membership or the camera has ended, or the cloud could not make sure that they have not. */
  'ended',
]);
export type LiveTrouble = z.infer<typeof LiveTrouble>;

/** From the viewer to the cloud, once, as text. */
export const ViewerMessage = z.object({ kind: z.literal('watch'), request: LiveRequestJws });
export type ViewerMessage = z.infer<typeof ViewerMessage>;

/** From the cloud to the viewer, as text; records come as binary messages. A grant after the first begins anew. */
export const ViewerNews = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('grant'), grant: LiveGrantJws }),
  z.object({ kind: z.literal('trouble'), reason: LiveTrouble }),
]);
export type ViewerNews = z.infer<typeof ViewerNews>;

/** Shown instead of a session by an agent that comes back, in `Authorization: Ticket`; never in a URL. */
export const ReconnectTicket = z
  .string()
  .max(512)
  .regex(/^[A-Za-z0-9._-]+$/, 'not a reconnect ticket');
export type ReconnectTicket = z.infer<typeof ReconnectTicket>;

/** When an agent that lost its link comes back: at this part of every window, counted from 1970. */
export const ReconnectSlot = z.object({
  position: z.number().min(0).lt(1),
  windowMilliseconds: z.number().int().min(1).max(3_600_000),
});
export type ReconnectSlot = z.infer<typeof ReconnectSlot>;

/** From the cloud to the agent on its link, as text. */
export const LinkOrder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('watch'),
    watch: WatchId,
    home: HomeId,
    camera: CameraId,
    request: LiveRequestJws,
  }),
  /** `ended`: the viewer may not watch any more. Those who stay get a new key. */
  z.object({ kind: z.literal('leave'), watch: WatchId, reason: z.enum(['left', 'ended']) }),
  /** The home log has grown: read it now and not at the next report. */
  z.object({ kind: z.literal('log') }),
  /** To be kept for when the link is lost, instead of those before. */
  z.object({
    kind: z.literal('slot'),
    slot: ReconnectSlot,
    ticket: ReconnectTicket,
    ticketExpiresAt: Instant,
  }),
]);
export type LinkOrder = z.infer<typeof LinkOrder>;

/**
 * From the agent to the cloud on its link, as text; records go as binary messages. A record with a number that has come before
 * is for those who joined since: the beginning and what has come since the last key frame, the same bytes once more.
 */
export const LinkNews = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('grant'), watch: WatchId, broadcast: BroadcastId, grant: LiveGrantJws }),
  z.object({
    kind: z.literal('trouble'),
    watch: WatchId,
    reason: LiveTrouble.extract(['camera-offline', 'busy', 'refused']),
  }),
]);
export type LinkNews = z.infer<typeof LinkNews>;

/** Close codes of both sockets, from the range for applications (RFC 6455, 7.4.2). The reason says no more. */
export const LIVE_CLOSE = {
  /** The other side said something that makes no sense. */
  malformed: 4400,
  /** Session, membership or pinning has ended, or something came that was not asked for. */
  ended: 4403,
  /** A newer link of the same agent has taken over. */
  replaced: 4409,
  /** Too many at once. */
  busy: 4429,
  /** The server stops, its gate does not answer, or the other side was silent for too long; come again. */
  away: 4503,
} as const;
