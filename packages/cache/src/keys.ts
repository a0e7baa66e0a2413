import { refuse } from './errors.ts';

/** Parts of a key by their names. A name cannot be passed in another's place, which a position can. */
export type KeyParts = Readonly<Record<string, string>>;

const PART_CHARACTERS_MAX = 512;
const KEY_CHARACTERS_MAX = 2048;

/** A text behind its length (a netstring): a row of these reads in one way only. */
const prefixed = (text: string): string => `${text.length}:${text}`;

function part(text: unknown, what: string): string {
  if (typeof text !== 'string' || text === '') return refuse('misused', `${what} is no text, or empty.`);
  if (text.length > PART_CHARACTERS_MAX)
    refuse('misused', `${what} has ${text.length} characters; ${PART_CHARACTERS_MAX} is the most.`);
  // Half a surrogate pair has no UTF-8; all of them would become the same bytes on the wire.
  if (!text.isWellFormed()) refuse('misused', `${what} is not well-formed Unicode.`);
  return text;
}

export interface KeyShape<Key extends KeyParts> {
  /** Set apart from other applications in the same Redis. */
  readonly namespace: string;
  readonly name: string;
  readonly parts: readonly (keyof Key & string)[];
}

/** The key on the wire: namespace, name with its parts' names, scope, parts; each behind its length, none hashed. */
export type WireKeyOf<Key extends KeyParts> = (scope: string, key: Key) => string;

/** @throws CacheError `misused`, now for the shape, later for a scope or a key that does not fit it */
export function wireKeys<Key extends KeyParts>({ namespace, name, parts }: KeyShape<Key>): WireKeyOf<Key> {
  if (new Set<string>(parts).size !== parts.length)
    refuse('misused', `${name} names a part of its key twice.`);
  for (const each of parts) if (each.includes(',')) refuse('misused', `${name} has a part with a comma.`);
  // Another order of the parts is another family of keys, so that a deploy that changes it cannot swap two of them.
  const head = ['v', namespace, name, parts.join(',')]
    .map((text, at) => (at < 3 ? part(text, 'The name of a cache entry') : text))
    .map(prefixed)
    .join('');
  return (scope, key) => {
    let wire = head + prefixed(part(scope, `The scope of ${name}`));
    for (const each of parts) wire += prefixed(part(key[each], `${each} of ${name}`));
    let given = 0;
    for (const _ in key) given++;
    if (given !== parts.length) refuse('misused', `A key of ${name} has parts that are not declared.`);
    if (wire.length > KEY_CHARACTERS_MAX)
      refuse('misused', `A key of ${name} has ${wire.length} characters; ${KEY_CHARACTERS_MAX} is the most.`);
    return wire;
  };
}

/** Where the lease of a value stands; no value's key begins so. */
export const leaseKeyOf = (wire: string): string => `lease ${wire}`;
