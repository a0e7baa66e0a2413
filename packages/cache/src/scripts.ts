import { createHash } from 'node:crypto';
import { PLACES } from './envelope.ts';

/** What one call asks for. Every reply is `{nonce and keys, answer}`: one frame, and it names its question. */
export interface Script {
  readonly name: string;
  readonly lua: string;
  readonly sha: string;
}

const [MAC_FROM, MAC_TO] = PLACES.mac;
const [VERSION_FROM, VERSION_TO] = PLACES.version;

/** An error of a command comes back inside the frame; an error reply could be an answer to anything. */
function script(name: string, body: string): Script {
  const lua = `local function answer()
${body}
end
local done, result = pcall(answer)
if not done then result = {'error', type(result) == 'table' and result.err or tostring(result)} end
return {ARGV[1] .. table.concat(KEYS), result}
`;
  return { name, lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/** What became of a value that should be stored: `stored`, `revoked`, or `newer` with the envelope that stays. */
const STORE = `
  local kept = redis.call('GET', KEYS[1])
  local version = kept and tonumber(string.sub(kept, ${VERSION_FROM}, ${VERSION_TO}))
  if version and version > tonumber(ARGV[3]) then return {'newer', kept} end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])`;

export const SCRIPTS = {
  /**
   * Value, lease; token, milliseconds, the most bytes, the MAC of what the caller has seen there and cannot use. `found`
   * with another envelope, `granted`, or `held`.
   */
  lease: script(
    'lease',
    `
  local kept = redis.call('GET', KEYS[1])
  if kept and #kept <= tonumber(ARGV[4]) and string.sub(kept, ${MAC_FROM}, ${MAC_TO}) ~= ARGV[5] then return {'found', kept} end
  if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) then return {'granted'} end
  return {'held'}`,
  ),
  /** Value, lease; envelope, version, milliseconds, token. A lease that is gone was revoked. */
  fill: script(
    'fill',
    `
  if redis.call('GET', KEYS[2]) ~= ARGV[5] then return {'revoked'} end
  redis.call('DEL', KEYS[2])
${STORE}
  return {'stored'}`,
  ),
  /** Value, lease; envelope, version, milliseconds, channel or nothing. Revokes the lease. */
  put: script(
    'put',
    `
  redis.call('DEL', KEYS[2])
${STORE}
  if ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[5], KEYS[1]) end
  return {'stored'}`,
  ),
  /** Value, lease; channel or nothing. Revokes the lease. */
  drop: script(
    'drop',
    `
  redis.call('DEL', KEYS[1], KEYS[2])
  if ARGV[2] ~= '' then redis.call('PUBLISH', ARGV[2], KEYS[1]) end
  return {'dropped'}`,
  ),
  /** Lease; token. */
  release: script(
    'release',
    `
  if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
  return {'released'}`,
  ),
  /** Value; the MAC of what is to go, or nothing where it has none that could be compared. */
  discard: script(
    'discard',
    `
  local kept = redis.call('GET', KEYS[1])
  if kept and (ARGV[2] == '' or string.sub(kept, ${MAC_FROM}, ${MAC_TO}) == ARGV[2]) then redis.call('DEL', KEYS[1]) end
  return {'discarded'}`,
  ),
} as const;

export type ScriptName = keyof typeof SCRIPTS;
