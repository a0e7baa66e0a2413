import type { PublicKey } from '@nightlatch/protocol/encoding';
import { CompactSign, compactVerify } from 'jose';
import { fixedBytes, fromBase64Url, utf8 } from './encoding.ts';
import { refuse } from './errors.ts';

const ALGORITHM = 'EdDSA';
const SIGNATURE_BYTES = 64;
const PUBLIC_KEY_BYTES = 32;
/** A manifest of the longest clip; nothing longer is looked at. */
const JWS_CHARACTERS_MAX = 1024 * 1024;

/** What a zod schema offers and this package uses of it. */
export interface Schema<Output> {
  safeParse(value: unknown): { success: true; data: Output } | { success: false; error: unknown };
}

/** `value` as the schema has it; `malformed` otherwise. */
export function parsed<Output>(schema: Schema<Output>, value: unknown, what: string): Output {
  const result = schema.safeParse(value);
  return result.success ? result.data : refuse('malformed', `${what} is not as it should be.`, result.error);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function jsonOf(segment: string, what: string): unknown {
  const bytes = fromBase64Url(segment);
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    return refuse('malformed', `${what} is not JSON.`, cause);
  }
}

function segmentsOf(jws: string): [string, string, string] {
  if (jws.length > JWS_CHARACTERS_MAX) refuse('malformed', 'This signed statement is too long.');
  const [header, payload, signature, more] = jws.split('.');
  if (!header || !payload || !signature || more !== undefined) {
    return refuse('malformed', 'This is not a compact JWS.');
  }
  return [header, payload, signature];
}

/** The header may say nothing but the one algorithm and the type asked for: no `none`, no `HS256`, no `jwk`. */
function checkHeader(segment: string, typ: string): void {
  const header = jsonOf(segment, 'The header of a signed statement');
  if (typeof header !== 'object' || header === null) refuse('malformed', 'A header is not an object.');
  const said = new Map<string, unknown>(Object.entries(header));
  if (said.get('alg') !== ALGORITHM) refuse('wrong-signature', 'A statement is signed by another algorithm.');
  if (said.get('typ') !== typ) refuse('wrong-type', `A statement is not a ${typ}.`);
  if (said.size !== 2) refuse('malformed', 'The header of a signed statement says more than it may.');
}

/**
 * A compact JWS over the payload's JSON by an Ed25519 key. Where `publicKey` is given, the finished statement is
 * verified with it, so that a mixed-up pair is found here and not by everybody else.
 */
export async function signJws(
  payload: object,
  { typ, privateKey, publicKey }: { typ: string; privateKey: CryptoKey; publicKey?: PublicKey },
): Promise<string> {
  const jws = await new CompactSign(utf8(JSON.stringify(payload)))
    .setProtectedHeader({ alg: ALGORITHM, typ })
    .sign(privateKey);
  if (jws.length > JWS_CHARACTERS_MAX) throw new RangeError('the statement is too long to be signed');
  if (publicKey !== undefined) await verifySignature(jws, typ, publicKey);
  return jws;
}

async function verifySignature(jws: string, typ: string, publicKey: PublicKey): Promise<string> {
  const [header, payload, signature] = segmentsOf(jws);
  checkHeader(header, typ);
  fixedBytes(signature, SIGNATURE_BYTES, 'A signature');
  const raw = fixedBytes(publicKey, PUBLIC_KEY_BYTES, 'An Ed25519 public key');
  try {
    const key = await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify']);
    await compactVerify(jws, key, { algorithms: [ALGORITHM] });
  } catch (cause) {
    return refuse(
      'wrong-signature',
      'A statement is not signed by the key that it should be signed by.',
      cause,
    );
  }
  return payload;
}

/** The payload, after its type, its algorithm and its signature by `publicKey` were found right. */
export async function verifyJws<Output>(
  jws: string,
  { typ, publicKey, schema }: { typ: string; publicKey: PublicKey; schema: Schema<Output> },
): Promise<Output> {
  const payload = await verifySignature(jws, typ, publicKey);
  return parsed(schema, jsonOf(payload, 'A signed statement'), `A ${typ}`);
}

/**
 * The payload, after its type and its algorithm were found right. For a statement that another signature covers; its own
 * is not looked at.
 */
export function coveredPayload<Output>(
  jws: string,
  { typ, schema }: { typ: string; schema: Schema<Output> },
): Output {
  const [header, payload, signature] = segmentsOf(jws);
  checkHeader(header, typ);
  fixedBytes(signature, SIGNATURE_BYTES, 'A signature');
  return parsed(schema, jsonOf(payload, 'A signed statement'), `A ${typ}`);
}

/** The payload as it claims to be, for look-ups before the verification. Nothing may be believed of it. */
export function unverifiedPayload<Output>(jws: string, schema: Schema<Output>): Output {
  const [, payload] = segmentsOf(jws);
  return parsed(schema, jsonOf(payload, 'A statement'), 'A statement');
}
