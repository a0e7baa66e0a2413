import { codeIn } from './typed-code.ts';

// A link from an agent's QR code is /pair#CODE. The code is taken out of the address at once, so that it stays in no
// history, and waits here while somebody signs up or logs in first.
let wanted: string | null = null;
if (location.pathname === '/pair' && location.hash.length > 1) {
  wanted = codeIn(location.hash);
  history.replaceState(history.state, '', '/pair');
}

/** The code of the link that opened this page; null where there was none or it has been used. */
export const wantedCode = (): string | null => wanted;
export const forgetWantedCode = (): void => {
  wanted = null;
};
