// The cloud as it is, every lock on, with TLS in front of it besides.
import { makeLog } from '@nightlatch/server/logging';
import { openCloud } from '@nightlatch/server/wiring';
import { serve } from './server-messages.ts';
import { putTlsInFront } from './tls-front.ts';

serve(async (order) => {
  const { databaseUrl, port, dataDirectory, reconnectsPerSecond } = order;
  const place = { databaseUrl, host: '127.0.0.1', port, dataDirectory, reconnectsPerSecond };
  const cloud = await openCloud(
    { ...place, publicUrl: undefined, webDirectory: undefined },
    { log: makeLog({ level: 'error' }) },
  );
  await putTlsInFront(cloud.server.server, order);
  await cloud.listen();
});
