import { z } from 'zod';

/** What stands in every picture of the harness, under the seal: whose it is. A live picture is of no event. */
export const Watermark = z.object({ home: z.string(), event: z.string().nullable() });
export type Watermark = z.infer<typeof Watermark>;

export const drawWatermark = (mark: Watermark): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify(mark));

export const readWatermark = (picture: Uint8Array): Watermark =>
  Watermark.parse(JSON.parse(new TextDecoder().decode(picture)));
