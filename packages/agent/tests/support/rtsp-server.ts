import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('rtsp-server.py', import.meta.url));

export interface RtspServer {
  port: number;
  url: string;
  /** Holds the server still without closing its connections, as a camera does that hangs. */
  freeze(): void;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts GStreamer's RTSP server with the options of `rtsp-server.py`. */
export async function startRtspServer(options: Record<string, string | number> = {}): Promise<RtspServer> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn('/usr/bin/python3', [SCRIPT, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  const [line] = await Promise.race([
    once(createInterface(server.stdout), 'line'),
    exited.then(([code]) => Promise.reject(new Error(`the RTSP server ended with ${code}`))),
  ]);
  const port = Number(/^ready (\d+)$/.exec(String(line))?.[1]);

  async function stop() {
    server.kill('SIGKILL');
    await exited;
  }
  return {
    port,
    url: `rtsp://127.0.0.1:${port}/cam`,
    freeze: () => server.kill('SIGSTOP'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
