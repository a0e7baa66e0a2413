import { CameraState } from '@nightlatch/protocol/events';
import { CameraId } from '@nightlatch/protocol/ids';
import { LiveTracks } from '@nightlatch/protocol/live';
import { z } from 'zod';

/** Where the pictures come from. */
export const CameraSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rtsp'),
    url: z.string().max(2048),
    user: z.string().max(256).optional(),
    password: z.string().max(256).optional(),
  }),
  z.object({ kind: z.literal('demo'), seed: z.number().int().optional() }),
]);
export type CameraSource = z.infer<typeof CameraSource>;

/** From the supervisor to the camera's process, over its IPC channel only: it may hold a password. */
export const Order = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    camera: CameraId,
    source: CameraSource,
    armed: z.boolean(),
    /** The number of the first recording, so that numbers go on after a crash. */
    firstRecording: z.number().int().min(1),
  }),
  z.object({ kind: z.literal('arm'), armed: z.boolean() }),
  /** Somebody watches: each picture is told as it comes, under this number. Null: nobody does. */
  z.object({ kind: z.literal('live'), take: z.number().int().min(1).nullable() }),
  /** So many bytes of messages have been dealt with. */
  z.object({ kind: z.literal('taken'), bytes: z.number().int().min(0) }),
  z.object({ kind: z.literal('stop') }),
]);
export type Order = z.infer<typeof Order>;

const Bytes = z.custom<Uint8Array<ArrayBuffer>>(
  (value) => value instanceof Uint8Array && value.buffer instanceof ArrayBuffer,
  'not bytes',
);
const recording = z.number().int().min(1);
const PictureBox = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });

const take = z.number().int().min(1);
const Live = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('start'), take, tracks: LiveTracks, init: Bytes }),
  z.object({ kind: z.literal('fragment'), take, bytes: Bytes, keyFrame: z.boolean() }),
  z.object({ kind: z.literal('end'), take }),
]);

/** What the camera's process tells; the types are those of the seams, `recorder/recording.ts` and `recorder/live-feed.ts`. */
export const Told = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    recording,
    start: z.object({
      camera: CameraId,
      startedAt: z.number().int(),
      mediaType: z.string(),
      widthPixels: z.number().int(),
      heightPixels: z.number().int(),
      hasAudio: z.boolean(),
      motionBox: PictureBox.nullable(),
    }),
  }),
  z.object({ kind: z.literal('init'), recording, bytes: Bytes }),
  z.object({
    kind: z.literal('fragment'),
    recording,
    bytes: Bytes,
    atMilliseconds: z.number().int().min(0),
    keyFrame: z.boolean(),
  }),
  z.object({ kind: z.literal('thumbnail'), recording, jpeg: Bytes, score: z.number() }),
  z.object({ kind: z.literal('end'), recording, endedAt: z.number().int() }),
  z.object({ kind: z.literal('live'), live: Live }),
  z.object({ kind: z.literal('state'), state: CameraState }),
  /** Sent every few seconds whatever happens: without it the supervisor takes the process for stuck. */
  z.object({ kind: z.literal('alive') }),
  /** The last words of a process that ends by a fault of its own, without address and password. */
  z.object({ kind: z.literal('fault'), text: z.string() }),
]);
export type Told = z.infer<typeof Told>;

const SMALL_MESSAGE_BYTES = 512;
/** What a message counts for in the bound on messages under way. */
export function messageBytes(message: Told): number {
  if (message.kind === 'init' || message.kind === 'fragment')
    return SMALL_MESSAGE_BYTES + message.bytes.length;
  if (message.kind === 'live')
    return SMALL_MESSAGE_BYTES + (message.live.kind === 'fragment' ? message.live.bytes.length : 0);
  return SMALL_MESSAGE_BYTES + (message.kind === 'thumbnail' ? message.jpeg.length : 0);
}
