/** The only names under which the local page answers. */
const NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Whether a request is for this very page. A web site somewhere can make its name point to 127.0.0.1 (DNS rebinding),
 * and a browser then sends its pages' requests here, with that site's name as the host.
 */
export const isOwnHost = (host: string | undefined, port: number): boolean =>
  host !== undefined && NAMES.some((name) => host === `${name}:${port}`);

/** Whether a form was sent by this page itself: browsers say the origin of every POST. */
export const isOwnOrigin = (origin: string | undefined, host: string): boolean => origin === `http://${host}`;
