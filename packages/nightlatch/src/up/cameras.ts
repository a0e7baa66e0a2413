import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Which cameras the agent will have. */
export interface Cameras {
  readonly demo: boolean;
  readonly real: boolean;
}

const Stored = z.object({ cameras: z.array(z.object({ source: z.string() })) });

/**
 * The agent keeps its cameras: one that was given once need not be given again. The demo camera is for an agent that
 * has none at all. A file that cannot be read here is for the agent to complain about.
 */
export async function camerasOf(agentDirectory: string, cameraUrl: string | undefined): Promise<Cameras> {
  const text = await readFile(path.join(agentDirectory, 'cameras.json'), 'utf8').catch(() => '{}');
  const stored = parse(text);
  const real = cameraUrl !== undefined || stored.includes('rtsp');
  return { real, demo: stored.includes('demo') || !real };
}

function parse(text: string): string[] {
  try {
    const read = Stored.safeParse(JSON.parse(text));
    return read.success ? read.data.cameras.map(({ source }) => source) : [];
  } catch {
    return [];
  }
}
