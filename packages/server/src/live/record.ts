import type { AgentId } from '@nightlatch/protocol/ids';
import { type LiveHeader, type LiveLabel, parseLiveHeader } from '@nightlatch/vault/live-records';

/** What a record is of: what it says of itself, and over whose link it came. */
export interface LiveSubject extends LiveLabel {
  readonly agent: AgentId;
}

/**
 * A sealed record as it came from an agent. Its label is read once, from these bytes, and cannot be parted from them:
 * whoever compares the label compares that of the bytes which are then sent.
 */
export class LiveRecord {
  readonly #bytes: Uint8Array;
  readonly #header: LiveHeader;
  readonly #subject: LiveSubject;
  /** Throws `VaultError` for what is no record. */
  constructor(bytes: Uint8Array, agent: AgentId) {
    // A short record is a piece of whatever came with it, and would keep all of that from being freed.
    this.#bytes = bytes.buffer.byteLength > 2 * bytes.length ? new Uint8Array(bytes) : bytes;
    this.#header = parseLiveHeader(this.#bytes);
    this.#subject = Object.freeze({ ...this.#header.label, agent });
  }
  get bytes(): Uint8Array {
    return this.#bytes;
  }
  get subject(): LiveSubject {
    return this.#subject;
  }
  get kind(): LiveHeader['kind'] {
    return this.#header.kind;
  }
  get keyFrame(): boolean {
    return this.#header.keyFrame;
  }
  get sequence(): number {
    return this.#header.sequence;
  }
}
