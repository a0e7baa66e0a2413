const CR_LF_BYTES = 2;
const DEPTH_MAX = 32;
/** Types of RESP2 and RESP3 that are one line. */
const LINES = '+-:_#,(';
/** ... that have a length and as many bytes, and that have a count and as many parts. */
const BYTES = '$!=';
const PARTS = '*~>';
const PAIRS = '%|';

/**
 * Where the reply that begins at `start` ends; null where it is not all there yet. @throws Error where the bytes are no
 * reply of RESP2 or RESP3
 */
export function endOfReply(bytes: Buffer, start: number, depth = 0): number | null {
  if (start >= bytes.length) return null;
  if (depth > DEPTH_MAX) throw new Error('a reply is nested too deep');
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd === -1) return null;
  const type = String.fromCharCode(bytes[start] ?? 0);
  const after = lineEnd + CR_LF_BYTES;
  if (LINES.includes(type)) return after;
  const count = Number(bytes.toString('latin1', start + 1, lineEnd));
  if (!Number.isInteger(count)) throw new Error(`"${type}" is not how a reply begins`);
  if (count < 0) return after;
  if (BYTES.includes(type)) {
    const end = after + count + CR_LF_BYTES;
    return end <= bytes.length ? end : null;
  }
  if (!PARTS.includes(type) && !PAIRS.includes(type)) throw new Error(`"${type}" is not how a reply begins`);
  // An attribute stands before the reply that it describes.
  const parts = PAIRS.includes(type) ? count * 2 + (type === '|' ? 1 : 0) : count;
  let end: number | null = after;
  for (let part = 0; part < parts && end !== null; part++) end = endOfReply(bytes, end, depth + 1);
  return end;
}

/** Cuts a stream of replies; each is handed on when it is all there. */
export function createReplyCutter(take: (reply: Buffer) => void) {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes: Buffer): void => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let start = 0;
    for (;;) {
      const end = endOfReply(rest, start);
      if (end === null) break;
      take(rest.subarray(start, end));
      start = end;
    }
    rest = rest.subarray(start);
  };
}
