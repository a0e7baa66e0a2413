import path from 'node:path';
import { pairingLink, qrForTerminal } from '@nightlatch/agent/pairing/link';
import { CAMERA_URL_VARIABLE, type UpOptions } from '../command-line.ts';
import type { Cameras } from './cameras.ts';

/** A path as short as it can be said from here. */
export function shortPath(directory: string): string {
  const relative = path.relative(process.cwd(), directory);
  return relative === '' || relative.startsWith('..') ? directory : `./${relative}`;
}

export const agentLine = ({ demo, real }: Cameras): string =>
  real ? `Agent: with your camera${demo ? ' and the demo camera' : ''}` : 'Agent: with the demo camera';

/** What stands below the progress: one address, and what to do with it. */
export function readyLines(options: UpOptions, address: string, cameras: Cameras | undefined): string[] {
  const lines = ['', `  Open  ${address}`, ''];
  if (cameras?.demo === true && !cameras.real)
    lines.push(
      '  The camera is a demo: a made-up picture in which something moves now and then.',
      `  For a real one: npm start -- --camera rtsp://user:password@address/path   (or ${CAMERA_URL_VARIABLE}=…)`,
    );
  lines.push(
    `  Ctrl-C stops everything. Logs are in ${shortPath(path.join(options.dataDirectory, 'logs'))}`,
    '',
  );
  return lines;
}

/** The code, and the same as a QR code for a phone: of the address that it would open. */
export async function pairingLines(code: string, address: string, pagePort: number): Promise<string[]> {
  const qr = await qrForTerminal(pairingLink(address, code));
  return [
    ...qr.trimEnd().split('\n'),
    '',
    `  Pairing code  ${code}`,
    `  Enter it in the web app, or scan the picture above. Both are also here: http://localhost:${pagePort}`,
  ];
}
