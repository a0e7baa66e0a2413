import path from 'node:path';
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

export const pairingLines = (code: string, pagePort: number): string[] => [
  `  Pairing code  ${code}`,
  `  Enter it in the web app, which asks for it. The same as a QR code: http://localhost:${pagePort}`,
];
