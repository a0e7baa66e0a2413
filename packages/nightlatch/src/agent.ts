import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AgentOptions } from './command-line.ts';
import { agentInvocation } from './up/programs.ts';

/** Runs the agent in this terminal, and answers its exit code. It handles Ctrl-C itself. */
export async function runAgent(
  options: AgentOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { parameters, environment: forAgent } = agentInvocation({ environment, ...options });
  const agent = spawn(process.execPath, parameters, { env: { ...forAgent }, stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals) => {
    agent.kill(signal);
  };
  // A Ctrl-C reaches the agent by itself; these are sent to this process alone.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  const [code] = await once(agent, 'exit');
  return typeof code === 'number' ? code : 1;
}
