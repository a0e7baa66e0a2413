import path from 'node:path';
import { CAMERA_URL_VARIABLE, type UpOptions } from '../command-line.ts';

/** A path as short as it can be said from here. */
export function shortPath(directory: string): string {
  const relative = path.relative(process.cwd(), directory);
  return relative === '' || relative.startsWith('..') ? directory : `./${relative}`;
}

/** What stands below the progress: one address, and what to do with it. */
export function readyLines(options: UpOptions, address: string): string[] {
  const lines = ['', `  Open  ${address}`, ''];
  if (options.agent && options.cameraUrl === undefined)
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
  `  (in the web app: add your agent. The same as a QR code: http://localhost:${pagePort})`,
];
