import { Agent, request } from 'node:http';
import type { Resident } from '../../storm/town.ts';

/** Requests of agents over connections that stay open: cheaper than fetch, which would cost more than what it measures. */
export function agentRequests(port: number, connectionsMax: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });
  return {
    send: (
      of: Resident,
      method: 'POST' | 'PUT',
      path: string,
      body: Buffer,
      more: Readonly<Record<string, string>> = {},
    ): Promise<string> =>
      new Promise((resolve, reject) => {
        const sent = request(
          {
            ...{ agent, host: '127.0.0.1', port, method, path },
            headers: {
              authorization: `Bearer ${of.agentToken}`,
              'content-type': 'application/json',
              'content-length': body.length,
              ...more,
            },
          },
          (answer) => {
            const parts: Buffer[] = [];
            answer.on('data', (part: Buffer) => parts.push(part));
            answer.on('error', reject);
            answer.on('end', () => {
              const told = Buffer.concat(parts).toString('utf8');
              if (answer.statusCode === 200 || answer.statusCode === 201) resolve(told);
              else reject(new Error(`${path} was answered with ${answer.statusCode}: ${told.slice(0, 200)}`));
            });
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
    close: () => agent.destroy(),
  };
}
export type AgentRequests = ReturnType<typeof agentRequests>;
