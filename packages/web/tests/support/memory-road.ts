import { NightlatchError } from '@nightlatch/protocol/errors';
import type { EventRow, EventsPage, MismatchReport } from '@nightlatch/protocol/events';
import type { Guards } from '../../src/viewer/guards.ts';
import type { Pins } from '../../src/viewer/pins.ts';
import { createReporter } from '../../src/viewer/reporter.ts';
import type { Road } from '../../src/viewer/road.ts';
import { createViewer } from '../../src/viewer/viewer.ts';
import { type KeptEvents, keptEvents } from './kept-events.ts';
import type { SealedHome } from './sealed-home.ts';

/** What a crossed server does to its honest answers. */
export interface Crossed {
  page?: (honest: EventsPage) => EventsPage;
  event?: (honest: EventRow) => EventRow;
  sealed?: (honest: Uint8Array<ArrayBuffer>, asked: string) => Uint8Array<ArrayBuffer>;
  /** Where the bytes claim to start. */
  start?: (honest: number) => number;
}

const bodyOf = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      // Small pieces, so that frames are cut across them.
      for (let at = 0; at < bytes.length; at += 1000) controller.enqueue(bytes.subarray(at, at + 1000));
      controller.close();
    },
  });

function memoryRoad(kept: KeptEvents, crossed: Crossed, reports: MismatchReport[]): Road {
  return {
    async page(question, limit) {
      const page = kept.page(question, limit);
      return crossed.page?.(page) ?? page;
    },
    async event(event) {
      const row = kept.row(event);
      if (row === null) throw new NightlatchError('not-found', 'There is nothing here.');
      return crossed.event?.(row) ?? row;
    },
    async sealed({ event, kind, revision }, from) {
      const bytes = kept.container(event, kind, revision);
      if (bytes === null) return null;
      const sent = crossed.sealed?.(bytes, `${kind}.${revision}`) ?? bytes;
      return { start: crossed.start?.(from) ?? from, body: bodyOf(sent.subarray(from)) };
    },
    async report(report) {
      reports.push(report);
    },
  };
}

/** The viewer of a home over a server in memory, with what the test wants crossed and the guards that it wants. */
export function viewerOf(
  home: SealedHome,
  given: { kept?: KeptEvents; crossed?: Crossed; guards?: Guards; pins?: Partial<Pins> } = {},
) {
  const kept = given.kept ?? keptEvents();
  const reports: MismatchReport[] = [];
  const road = memoryRoad(kept, given.crossed ?? {}, reports);
  const viewer = createViewer({
    home: home.home,
    road,
    reporter: createReporter(road.report, async () => undefined),
    now: () => 0,
    pins: {
      deviceKeyOf: (camera) =>
        home.cameras.some((one) => one.camera === camera) ? home.device.publicKey : null,
      epochKey: home.epochKey,
      refresh: async () => undefined,
      ...given.pins,
    },
    ...(given.guards && { guards: given.guards }),
  });
  return { viewer, kept, reports };
}

/** Runs to the end of a list of one page. */
export const never = new AbortController().signal;
