import type { CloudClient } from './client.ts';

/** The same client, and whether something of an event is being uploaded by it at this moment. */
export function watchUploads(client: CloudClient): { client: CloudClient; underWay: () => boolean } {
  let count = 0;
  return {
    client: {
      ...client,
      send: async (name, request) => {
        count += 1;
        try {
          return await client.send(name, request);
        } finally {
          count -= 1;
        }
      },
    },
    underWay: () => count > 0,
  };
}
