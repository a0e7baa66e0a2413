import { setTimeout as sleep } from 'node:timers/promises';
import type { ObjectStore } from '@nightlatch/server/objects/store';
import { NO_STRAIN, type Strain } from './cloud-messages.ts';

const BYTES_BEFORE_FULL = 16;

async function* breakingOff(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    yield bytes.subarray(0, BYTES_BEFORE_FULL);
    break;
  }
  throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** An object store whose disk is slow, or runs full in the middle of a write. */
export function strainedDisk(objects: ObjectStore) {
  let strain = NO_STRAIN;
  let struck = 0;
  const slow = async (): Promise<void> => {
    if (strain.diskMilliseconds === 0) return;
    struck += 1;
    await sleep(strain.diskMilliseconds);
  };
  const strained: ObjectStore = {
    ...objects,
    open: async (name) => {
      await slow();
      return objects.open(name);
    },
    append: async (name, offset, source, onSynced) => {
      await slow();
      if (!strain.diskFull) return objects.append(name, offset, source, onSynced);
      struck += 1;
      return objects.append(name, offset, breakingOff(source), onSynced);
    },
    put: async (name, bytes) => {
      await slow();
      if (!strain.diskFull) return objects.put(name, bytes);
      struck += 1;
      // It throws as a full disk does.
      await objects.append(name, 0, breakingOff(oneOf(bytes)), async () => undefined);
    },
    complete: async (name) => {
      await slow();
      return objects.complete(name);
    },
  };
  return {
    objects: strained,
    strain: (given: Strain): void => {
      strain = given;
    },
    get struck() {
      return struck;
    },
  };
}
