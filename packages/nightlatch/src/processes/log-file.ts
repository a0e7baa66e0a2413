import { createWriteStream, fstatSync, openSync, renameSync } from 'node:fs';

export const LOG_BYTES_MAX = 8 * 1024 * 1024;
/** What is kept in memory while the disk is slow; what comes on top of it is dropped. */
const WAITING_BYTES_MAX = 1024 * 1024;

export interface LogFile {
  write(chunk: string | Buffer): void;
  close(): Promise<void>;
}

/** A log on disk of about twice `bytesMax` at most: the full file becomes NAME.1, and the one before it goes. */
export function openLogFile(path: string, bytesMax: number = LOG_BYTES_MAX): LogFile {
  let bytes = 0;
  const open = () => {
    const fd = openSync(path, 'a', 0o600);
    bytes = fstatSync(fd).size;
    const stream = createWriteStream(path, { fd });
    // A full disk must not end what is being logged.
    stream.on('error', () => {});
    return stream;
  };
  let stream = open();
  return {
    write: (chunk) => {
      if (bytes > bytesMax) {
        stream.end();
        renameSync(path, `${path}.1`);
        stream = open();
      }
      if (stream.writableLength > WAITING_BYTES_MAX) return;
      bytes += chunk.length;
      stream.write(chunk);
    },
    close: () =>
      new Promise((resolve) => {
        stream.once('close', resolve);
        stream.end();
      }),
  };
}
