import { MAC_CHARACTERS, type Macs, sameMac } from './mac.ts';

/** What stands in Redis says of itself. */
export interface Contents {
  /** `value`: JSON; `absent`: the source has nothing there; `floor`: what was invalidated up to this version. */
  readonly kind: 'value' | 'absent' | 'floor';
  /** Of the source: a whole number that grows with every change there; 0 where the source has none. */
  readonly version: number;
  /** Wall clock: from then on it should be loaded anew. */
  readonly staleAt: number;
  /** Wall clock: from then on it is nothing. */
  readonly notAfter: number;
  /** JSON of a value; empty otherwise. */
  readonly text: string;
}

/** Why an envelope was not taken. Only `doubtful` says that something is wrong. */
export type Refusal =
  /** Not whole, not sealed by a key of ours, or sealed for another key: whose it is, nobody knows. */
  | 'doubtful'
  /** Past its not-after. */
  | 'expired'
  /** Another format, or a key that is not in the ring (any more). */
  | 'foreign-format'
  /** Its not-after lies further ahead than any entry may: somebody's clock is wrong. */
  | 'clock';

export interface Opened extends Contents {
  /** Names these very contents under this very key: it is their MAC. */
  readonly mac: string;
}

const MAGIC = 'N1';
const VERSION_CHARACTERS = 16;
const TIME_CHARACTERS = 14;
const BODY_AT = MAGIC.length + MAC_CHARACTERS;
const STALE_AT = VERSION_CHARACTERS;
const NOT_AFTER = STALE_AT + TIME_CHARACTERS;
const KIND_AT = NOT_AFTER + TIME_CHARACTERS;
const KEY_ID_AT = KIND_AT + 1;

/** Where scripts find the MAC and the version in an envelope, counted from 1 as Lua does. */
export const PLACES = {
  mac: [MAGIC.length + 1, BODY_AT],
  version: [BODY_AT + 1, BODY_AT + VERSION_CHARACTERS],
} as const;

const LETTERS = { value: 'v', absent: 'a', floor: 'f' } as const;
const KINDS = new Map<string, Contents['kind']>([
  ['v', 'value'],
  ['a', 'absent'],
  ['f', 'floor'],
]);
/** Clocks may count parts of milliseconds; places in an envelope do not move. */
const digits = (number: number, characters: number): string =>
  String(Math.floor(number)).padStart(characters, '0');

/** The MAC is over the key as well, which both ends know and the envelope need not carry. */
const covered = (wire: string, body: string): string => `${MAGIC}${wire.length}:${wire}${body}`;

/** `N1`, MAC, version, stale at, not after, kind, id of the MAC key, a space, JSON. */
export function seal(macs: Macs, wire: string, contents: Contents): string {
  const body =
    digits(contents.version, VERSION_CHARACTERS) +
    digits(contents.staleAt, TIME_CHARACTERS) +
    digits(contents.notAfter, TIME_CHARACTERS) +
    LETTERS[contents.kind] +
    macs.currentId +
    ' ' +
    contents.text;
  return MAGIC + macs.sign(covered(wire, body)) + body;
}

export const macIn = (envelope: string): string => envelope.slice(MAGIC.length, BODY_AT);

export interface Bounds {
  readonly now: number;
  /** The longest that this entry lives, and what clocks may differ. */
  readonly aheadMillisecondsMax: number;
}

/** Opens what was found at a key, or says why not. */
export function open(
  macs: Macs,
  wire: string,
  envelope: string,
  { now, aheadMillisecondsMax }: Bounds,
): Opened | Refusal {
  if (!envelope.startsWith(MAGIC)) return /^N\d/.test(envelope) ? 'foreign-format' : 'doubtful';
  const body = envelope.slice(BODY_AT);
  const keyIdEnd = body.indexOf(' ', KEY_ID_AT);
  if (keyIdEnd < 0) return 'doubtful';
  const mac = macs.of(body.slice(KEY_ID_AT, keyIdEnd));
  if (mac === undefined) return 'foreign-format';
  const claimed = macIn(envelope);
  if (!sameMac(mac(covered(wire, body)), claimed)) return 'doubtful';
  const notAfter = Number(body.slice(NOT_AFTER, KIND_AT));
  if (notAfter <= now) return 'expired';
  if (notAfter > now + aheadMillisecondsMax) return 'clock';
  return {
    kind: KINDS.get(body.charAt(KIND_AT)) ?? 'absent',
    version: Number(body.slice(0, STALE_AT)),
    staleAt: Number(body.slice(STALE_AT, NOT_AFTER)),
    notAfter,
    text: body.slice(keyIdEnd + 1),
    mac: claimed,
  };
}
