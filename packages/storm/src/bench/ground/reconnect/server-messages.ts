import { z } from 'zod';

/** To the process of a server: where it listens, plainly and behind TLS, and with which certificate. */
export const ServerOrder = z.object({
  port: z.number(),
  tlsPort: z.number(),
  certificate: z.string(),
  key: z.string(),
  /** Of the cloud alone. */
  databaseUrl: z.string(),
  dataDirectory: z.string(),
  reconnectsPerSecond: z.number(),
});
export type ServerOrder = z.infer<typeof ServerOrder>;

/** Runs a server in this process, and says when it is ready. */
export function serve(start: (order: ServerOrder) => Promise<void>): void {
  process.once('message', (message) => {
    start(ServerOrder.parse(message)).then(
      () => process.send?.('ready'),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  process.once('disconnect', () => process.exit(0));
}
