const LINES_KEPT = 20;
const PINO_ERROR = 50;

// PostgreSQL: "2026-11-22 03:55:38.228 UTC [21182] FATAL:  could not …"
const POSTGRES = /^\S+ \S+ \S+ \[\d+\] (\w+): +(.*)$/;

/**
 * What a log line says to a person: the message of a JSON line at error level or above, of a fatal line of PostgreSQL,
 * or any other line as it stands.
 */
export function saidToPeople(line: string, levelMin: number = PINO_ERROR): string | undefined {
  const [, level, words] = POSTGRES.exec(line) ?? [];
  if (level !== undefined) return level === 'FATAL' || level === 'PANIC' ? words : undefined;
  if (!line.startsWith('{')) return line.trim() === '' ? undefined : line.trim();
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) return undefined;
    const level = 'level' in entry && typeof entry.level === 'number' ? entry.level : 0;
    if (level < levelMin) return undefined;
    return 'msg' in entry && typeof entry.msg === 'string' ? entry.msg : undefined;
  } catch {
    return line.trim();
  }
}

export interface LastWords {
  hear(line: string): void;
  /** The last line that was meant for people; empty where there was none. */
  said(): string;
}

/** Keeps the last lines of a process, to say why it ended. */
export function listenForLastWords(): LastWords {
  const kept: string[] = [];
  return {
    hear: (line) => {
      const words = saidToPeople(line);
      if (words === undefined) return;
      kept.push(words);
      if (kept.length > LINES_KEPT) kept.shift();
    },
    // A stack trace ends with frames, and Node with its version; the message stands before them.
    said: () => kept.findLast((line) => !/^(at |Node\.js v|[{}^]|\.\.\.)/.test(line)) ?? '',
  };
}
