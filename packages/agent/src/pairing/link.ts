import { toString as qrCode } from 'qrcode';

/** What the QR code says. The code is in the fragment, which browsers never send to a server. */
export const pairingLink = (serverUrl: string, code: string): string =>
  new URL(`/pair#${code}`, serverUrl).href;

/** For a terminal: half blocks, two rows of the code in each line. */
export const qrForTerminal = (link: string): Promise<string> => qrCode(link, { type: 'utf8', margin: 2 });

export const qrAsSvg = (link: string): Promise<string> => qrCode(link, { type: 'svg', margin: 2 });
