import { createRequire } from 'node:module';
import { runAgent } from './agent.ts';
import { readCommandLine, USAGE } from './command-line.ts';
import { operatorCheck } from './operator/check.ts';
import { Refused } from './refused.ts';
import { listenForStop } from './stop-signals.ts';
import { up } from './up/up.ts';

function readVersion(): string {
  const read: unknown = createRequire(import.meta.url)('../package.json');
  if (typeof read === 'object' && read !== null && 'version' in read) return String(read.version);
  throw new Error('package.json names a version');
}

async function run(): Promise<number> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  // Also takes the command line, and a camera's password in it, out of the process list.
  process.title = 'nightlatch';
  switch (command.command) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      process.stdout.write(`${readVersion()}\n`);
      return 0;
    case 'agent':
      return runAgent(command, process.env);
    case 'operator check':
      return operatorCheck({
        options: command,
        version: readVersion(),
        environment: process.env,
        say: (line) => process.stdout.write(`${line}\n`),
      });
    case 'up':
      return up({
        options: command,
        version: readVersion(),
        environment: process.env,
        screen: { isTTY: process.stdout.isTTY === true, write: (text) => process.stdout.write(text) },
        ...listenForStop({
          process,
          clock: () => performance.now(),
          underNpm: process.env.npm_lifecycle_event !== undefined,
        }),
      });
  }
}

try {
  process.exitCode = await run();
} catch (error) {
  process.exitCode = 1;
  process.stderr.write(
    error instanceof Refused
      ? `\n${error.message}\n`
      : `\nThis should not happen: ${error instanceof Error ? error.stack : error}\n`,
  );
}
// Nothing may keep a stopped Nightlatch alive.
process.exit();
