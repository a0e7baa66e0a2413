import { seal } from '@nightlatch/cache/envelope';
import type { Macs } from '@nightlatch/cache/mac';
import type { Transport } from '@nightlatch/cache/transport';

/** Question, keys and reply as the cache asks and reads them: `[question, answer]`. */
interface Asked {
  readonly question: string;
  readonly keys: readonly string[];
}

function askedBy(commands: readonly (readonly string[])[]): Asked | undefined {
  const [name, , count = '', ...rest] = commands.at(0) ?? [];
  if (name === 'multi') return { question: commands.at(1)?.[1] ?? '', keys: commands.at(2)?.slice(1) ?? [] };
  if (name !== 'evalsha') return undefined;
  const keys = rest.slice(0, Number(count));
  return { question: (rest.at(keys.length) ?? '') + keys.join(''), keys };
}

/** The cache's transport with each reply changed before the cache sees it. */
const changed = (transport: Transport, change: (asked: Asked, reply: unknown) => unknown): Transport => ({
  open: async (onEnd) => {
    const wire = await transport.open(onEnd);
    return {
      destroy: wire.destroy,
      send: async (...commands) => {
        const reply = await wire.send(...commands);
        const asked = askedBy(commands);
        return asked === undefined ? reply : change(asked, reply);
      },
    };
  },
});

/** Every reply says that it answers the question that was asked, whichever it was. */
export const withoutProof = (transport: Transport): Transport =>
  changed(transport, ({ question }, reply) => (Array.isArray(reply) ? [question, ...reply.slice(1)] : reply));

const MAGIC_AND_MAC_CHARACTERS = 45;
const VALUE = /^(\d{16})(\d{14})(\d{14})v[a-z0-9-]+ /;

/** Every value is sealed anew for the key at which it was found, whatever it was sealed for. */
export const withoutEnvelope = (transport: Transport, macs: Macs): Transport => {
  const sealed = (wire: string, found: unknown): unknown => {
    if (typeof found !== 'string') return found;
    const body = found.slice(MAGIC_AND_MAC_CHARACTERS);
    const [head, version, staleAt, notAfter] = VALUE.exec(body) ?? [];
    if (head === undefined) return found;
    const times = { version: Number(version), staleAt: Number(staleAt), notAfter: Number(notAfter) };
    return seal(macs, wire, { kind: 'value', ...times, text: body.slice(head.length) });
  };
  return changed(transport, ({ keys }, reply) => {
    if (!Array.isArray(reply) || !Array.isArray(reply[1])) return reply;
    // A read answers what stands at each key, a script a word and perhaps what stands at its first.
    const isRead = reply[1].length === keys.length && keys.every((key) => !key.startsWith('lease '));
    const answer = isRead
      ? reply[1].map((found, at) => sealed(keys.at(at) ?? '', found))
      : reply[1].map((part, at) => (at === 1 ? sealed(keys.at(0) ?? '', part) : part));
    return [reply[0], answer];
  });
};
