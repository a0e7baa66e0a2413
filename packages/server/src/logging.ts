import pino, { type DestinationStream, type Logger } from 'pino';

/** What never stands in the log, wherever it turns up: what people send, what opens sessions, and where they are. */
const REDACTED = [
  'headers',
  'body',
  'cookie',
  'authorization',
  'token',
  'email',
  'ip',
  'remoteAddress',
  'url',
];

/** The log goes to standard output as lines of JSON. */
export function makeLog(options: { level?: string; destination?: DestinationStream } = {}): Logger {
  const settings: pino.LoggerOptions = {
    level: options.level ?? 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      remove: true,
    },
    serializers: {
      err: (error: Error) => ({ type: error.name, message: error.message, stack: error.stack }),
      req: () => undefined,
      res: () => undefined,
    },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
