import { z } from 'zod';

/** What stands in every thumbnail of the harness, under the seal: whose it is. */
export const Watermark = z.object({ home: z.string(), event: z.string() });
export type Watermark = z.infer<typeof Watermark>;

export const drawWatermark = (mark: Watermark): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(mark));

export const readWatermark = (picture: Uint8Array): Watermark =>
  Watermark.parse(JSON.parse(new TextDecoder().decode(picture)));
