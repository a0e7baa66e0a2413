import type { DeliveryId } from '@nightlatch/protocol/ids';
import type { AskedCamera } from '../gate/camera.ts';
import type { EgressParts } from './egress.ts';

/** Writes down how a delivery goes on; `onDead` is called when the ledger does not take it. */
export function spanWriter(
  { ledger }: Pick<EgressParts, 'ledger'>,
  { home, account }: AskedCamera,
  everyMilliseconds: number,
  onDead: () => void,
) {
  let delivery: DeliveryId | undefined;
  let began = performance.now();
  let bytes = 0;
  let writing = Promise.resolve();
  const write = (): void => {
    if (delivery === undefined || bytes === 0) return;
    const now = performance.now();
    const span = { home, account, delivery, milliseconds: now - began, bytes };
    began = now;
    bytes = 0;
    writing = writing.then(() => ledger.span(span)).catch(onDead);
  };
  const timer = setInterval(write, everyMilliseconds);
  return {
    begin: (written: DeliveryId): void => {
      delivery = written;
      began = performance.now();
    },
    sent: (count: number): void => {
      bytes += count;
    },
    end: async (): Promise<void> => {
      clearInterval(timer);
      write();
      await writing;
    },
  };
}
