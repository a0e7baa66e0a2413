import { StreamMessage } from '@nightlatch/protocol/events';

const BUFFER_CHARACTERS_MAX = 8 * 1024;
const DATA = 'data: ';

/** The notices of a stream of server-sent events, each when it comes. @throws what a broken connection throws */
export async function* readNotices(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<StreamMessage> {
  let buffer = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const parts = (buffer + text).split('\n\n');
    buffer = parts.pop() ?? '';
    for (const part of parts)
      if (part.startsWith(DATA)) yield StreamMessage.parse(JSON.parse(part.slice(DATA.length)));
    if (buffer.length > BUFFER_CHARACTERS_MAX) throw new Error('a notice is too long');
  }
}
