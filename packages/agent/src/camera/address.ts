import type { CameraSource } from './messages.ts';

/** An RTSP source as it stands in the settings: credentials may be in the URL or beside it. */
export interface RtspAddress {
  url: string;
  user?: string;
  password?: string;
}

/** The URL that FFmpeg takes, credentials percent-encoded within it. For FFmpeg alone: it must not be logged. */
export function addressWithCredentials({ url, user, password }: RtspAddress): string {
  const parsed = new URL(url);
  if (parsed.protocol !== 'rtsp:' && parsed.protocol !== 'rtsps:')
    throw new TypeError('a camera address starts with rtsp:// or rtsps://');
  if (user === undefined) return parsed.href;
  // A colon in the name would end it; `encodeURIComponent` leaves no character that could end the credentials.
  const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`;
  return `${parsed.protocol}//${credentials}${parsed.host}${parsed.pathname}${parsed.search}`;
}

/** The address as people and logs may see it: no user, no password, no query (some cameras take the password there). */
export function redactedAddress(url: string): string {
  try {
    const parsed = new URL(url);
    return `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}

/** Text for a log with everything cut out that stands in the source's settings and is secret. */
export function withoutSecrets(text: string, source: CameraSource): string {
  if (source.kind !== 'rtsp') return text;
  const inUrl = URL.canParse(source.url) ? new URL(source.url) : null;
  const secrets = [source.url, source.user, source.password, inUrl?.username, inUrl?.password, inUrl?.search];
  return secrets.reduce<string>((clean, secret) => (secret ? clean.replaceAll(secret, '…') : clean), text);
}
