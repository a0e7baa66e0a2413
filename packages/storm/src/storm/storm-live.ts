import { randomBytes } from 'node:crypto';
import { createAudience } from '@nightlatch/agent/live/audience';
import type { Link, LiveOrder } from '@nightlatch/agent/live/link';
import { LiveRequest } from '@nightlatch/protocol/live';
import { unverifiedPayload } from '@nightlatch/vault/signing';
import type { Oracle } from './oracle.ts';
import type { Resident } from './town.ts';
import { drawWatermark } from './watermark.ts';

const PICTURE_MILLISECONDS = 250;
/** Nobody plays them. */
const TRACKS = { mediaType: 'video/mp4', widthPixels: 16, heightPixels: 16, hasAudio: false };

/**
 * Live view of an agent without a camera: a watermark four times a second, sealed, granted and sent by the code of the real
 * one. It answers everybody. That a real agent judges each request by its own copy of the home log is left out, so that
 * the cloud's locks stand alone.
 */
export function createStormLive(
  { home, camera, device, epochKey }: Resident,
  { oracle, link }: { oracle: Oracle; link: () => Link },
) {
  let takes = 0;
  let pictures: NodeJS.Timeout | undefined;
  let lastTurn: Promise<void> = Promise.resolve();
  const picture = () => drawWatermark({ home, event: null });
  const audience = createAudience({
    ...{ camera, agent: device.agent, devicePrivateKey: device.privateKey, random: randomBytes },
    epoch: () => ({ home, epoch: epochKey.epoch, publicKey: epochKey.publicKey }),
    may: () => true,
    eventsUnderWay: () => false,
    waiting: () => link().waiting(),
    tell: (news) => link().tell(news),
    send: (record) => {
      oracle.sealed(home, record);
      link().record(record);
    },
    inTurn: (act) => {
      lastTurn = lastTurn.then(() => {
        act();
        return link().arrived();
      });
      return lastTurn;
    },
    nextTake: () => {
      takes += 1;
      return takes;
    },
    setLive: (take) => {
      clearInterval(pictures);
      if (take === null) return;
      audience.fromCamera({ kind: 'start', take, tracks: TRACKS, init: picture() });
      pictures = setInterval(
        () => audience.fromCamera({ kind: 'fragment', take, bytes: picture(), keyFrame: true }),
        PICTURE_MILLISECONDS,
      );
    },
    // Whoever watches is told, and asks again.
    onFault: () => undefined,
  });
  return {
    /** False when it makes no sense. */
    order(order: LiveOrder): boolean {
      if (order.kind === 'leave') audience.leave(order.watch, order.reason);
      if (order.kind !== 'watch') return true;
      if (audience.has(order.watch)) return false;
      audience.join(order.watch, unverifiedPayload(order.request, LiveRequest));
      return true;
    },
    end: () => audience.end(),
  };
}
