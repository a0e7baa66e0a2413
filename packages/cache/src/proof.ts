import type { Clock } from './clock.ts';
import { CacheError } from './errors.ts';
import type { Script } from './scripts.ts';
import type { Wire } from './transport.ts';

/** Why a connection was given up. */
export type DoubtReason =
  /** The reply names another question, or none. */
  | 'wrong-question'
  /** The reply has not the shape that was asked for. */
  | 'wrong-shape'
  /** What stands at a key is not sealed for it. */
  | 'wrong-envelope'
  /** An error reply: it could be the answer to anything. */
  | 'error-reply'
  | 'late';

const TURN_MILLISECONDS = 1;

export interface ProofParts {
  readonly wire: Wire;
  readonly clock: Clock;
  /** Nobody can guess it, and no other connection has it. */
  readonly connection: string;
  readonly replyMilliseconds: number;
  /** Told once: the connection is destroyed, and everything that waited on it has failed. */
  readonly onDoubt: (reason: DoubtReason) => void;
}

export interface Proven {
  /**
   * The answer to exactly this question. @throws CacheError `unreachable` where there is none: then the connection is
   * gone, with all that waited on it
   */
  readonly call: (script: Script, keys: readonly string[], parameters: readonly string[]) => Promise<unknown>;
  /** What stands at these keys, in their order. As `call`. */
  readonly read: (keys: readonly string[]) => Promise<unknown>;
  /** Whoever reads an answer and cannot believe it says so. */
  readonly doubt: (reason: DoubtReason) => void;
  /** The connection has ended by itself. */
  readonly end: (cause: Error) => void;
}

/**
 * Replies carry no names, so that a client can only count them, and one lost or doubled reply shifts all that follow.
 * Here each reply repeats its question: a number that was never used before, and all keys. What does not is not looked at,
 * and no reply of that connection is looked at after it, also none that has already arrived.
 */
export function proveReplies({ wire, clock, connection, replyMilliseconds, onDoubt }: ProofParts): Proven {
  const waiting = new Set<(error: Error) => void>();
  let asked = 0;
  let gone: CacheError | undefined;

  const end = (cause: unknown, message: string) => {
    if (gone !== undefined) return;
    gone = new CacheError('unreachable', message, { cause });
    wire.destroy();
    for (const fail of waiting) fail(gone);
    waiting.clear();
  };
  const doubt = (reason: DoubtReason, cause?: unknown) => {
    if (gone !== undefined) return;
    end(cause, `The connection to the cache was given up: ${reason}.`);
    onDoubt(reason);
  };

  const nextNonce = () => `${connection}${asked++} `;

  return {
    doubt,
    end: (cause) => end(cause, 'The connection to the cache has ended.'),
    call: (script, keys, parameters) => {
      const nonce = nextNonce();
      return ask(nonce + keys.join(''), [
        ['evalsha', script.sha, String(keys.length), ...keys, nonce, ...parameters],
      ]);
    },
    // A script would make a string of Lua's of each key and value, at three times the cost; EXEC has one frame as well.
    read: (keys) => {
      const question = nextNonce() + keys.join('');
      return ask(question, [['multi'], ['echo', question], ['mget', ...keys], ['exec']]);
    },
  };

  function ask(question: string, commands: readonly (readonly string[])[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (gone !== undefined) return reject(gone);
      // Timers come before what the socket has: a process that stood still reads first, and judges then.
      let late = clock.after(replyMilliseconds, () => {
        late = clock.after(TURN_MILLISECONDS, () => doubt('late'));
      });
      const fail = (error: Error) => {
        late();
        reject(error);
      };
      waiting.add(fail);
      const take = (reply: unknown) => {
        if (!Array.isArray(reply) || reply.length !== 2) return doubt('wrong-shape');
        if (reply[0] !== question) return doubt('wrong-question');
        late();
        waiting.delete(fail);
        resolve(reply[1]);
      };
      wire.send(...commands).then(take, (error: unknown) => doubt('error-reply', error));
    });
  }
}

/** Puts the scripts where the connection can call them. The answer, a hash of what was sent, can be no other's. */
export async function loadScripts(wire: Wire, scripts: readonly Script[]): Promise<void> {
  const answers = await Promise.all(scripts.map(({ lua }) => wire.send(['script', 'load', lua])));
  if (scripts.some(({ sha }, at) => answers[at] !== sha))
    throw new CacheError('unreachable', 'The cache does not confirm the scripts it was sent.');
}
