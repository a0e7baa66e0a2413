import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openCameraSettings } from '@nightlatch/agent/settings/cameras';
import { openDataDirectory } from '@nightlatch/agent/settings/data-directory';
import { openLogFile } from 'nightlatch/processes/log-file';
import { startProcess } from 'nightlatch/processes/process';
import { agentProgram } from 'nightlatch/up/programs';
import { z } from 'zod';
import type { BenchContext } from '../suite.ts';
import { newDirectory } from './cloud-process.ts';

const PairingCode = z.object({ kind: z.literal('pairing-code'), code: z.string() });
const CODE_MILLISECONDS_MAX = 30_000;

export interface CameraAgent {
  readonly processId: number;
  /** To pair it with. */
  readonly code: string;
}

/** The agent in a process of its own, as `npm start` runs it, with these cameras. */
export async function startCameraAgent(
  context: BenchContext,
  serverUrl: string,
  cameraUrls: readonly string[],
): Promise<CameraAgent> {
  const directory = await newDirectory(context);
  const dataDirectory = path.join(directory, 'data');
  {
    await using data = await openDataDirectory(dataDirectory);
    const settings = await openCameraSettings(data.path, (count) => new Uint8Array(randomBytes(count)));
    for (const url of cameraUrls) await settings.addRtsp({ url, user: '', password: '' });
  }
  const log = openLogFile(path.join(directory, 'agent.log'));
  context.afterwards(() => log.close());
  const code = Promise.withResolvers<string>();
  let processId = 0;
  const program = agentProgram({
    ...{ environment: process.env, server: serverUrl, cameraUrl: undefined, demo: false },
    ...{ dataDirectory, pagePort: 0, log },
    onMessage: (message) => {
      const told = PairingCode.safeParse(message);
      if (told.success) code.resolve(told.data.code);
    },
  });
  const onStarted = (pid = 0): void => {
    processId = pid;
  };
  const agent = await startProcess({ ...program, onStarted }, context.signal);
  context.afterwards(() => agent.stop());
  const timer = setTimeout(
    () => code.reject(new Error('The agent shows no pairing code.')),
    CODE_MILLISECONDS_MAX,
  );
  return { processId, code: await code.promise.finally(() => clearTimeout(timer)) };
}
