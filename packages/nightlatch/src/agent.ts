import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { AgentOptions } from './command-line.ts';
import { saidToPeople } from './processes/last-words.ts';
import { openLogFile } from './processes/log-file.ts';
import { agentInvocation } from './up/programs.ts';

const PINO_WARNING = 40;

/** Runs the agent in this terminal, and answers its exit code. Its log goes to a file; what is for people is shown. */
export async function runAgent(
  options: AgentOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const logs = path.join(options.dataDirectory, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const log = openLogFile(path.join(logs, 'agent.log'));
  const { parameters, environment: forAgent } = agentInvocation({ environment, ...options });
  const agent = spawn(process.execPath, parameters, {
    env: { ...forAgent },
    stdio: ['inherit', 'inherit', 'pipe'],
  });
  let last: string | undefined;
  createInterface({ input: agent.stderr }).on('line', (line) => {
    log.write(`${line}\n`);
    const words = saidToPeople(line, PINO_WARNING);
    if (words !== undefined && words !== last) process.stderr.write(`${words}\n`);
    last = words ?? last;
  });
  // A Ctrl-C reaches the agent by itself; these are sent to this process alone.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      agent.kill(signal);
    });
  const [code] = await once(agent, 'close');
  await log.close();
  return typeof code === 'number' ? code : 1;
}
