const CODE_CHARACTERS = 20;
const GROUP_CHARACTERS = 4;

/** What a QR code or a pasted text holds: the code behind `#` of a link, or the text as it is. */
export const codeIn = (text: string): string => text.slice(text.indexOf('#') + 1).trim();

const charactersOf = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
    .slice(0, CODE_CHARACTERS);

/** The code in groups of four while it is typed; what is typed in the middle stays as it is, so that the caret does. */
export function groupsWhileTyping(before: string, now: string): string {
  const isLonger = now.length > before.length && (now.startsWith(before) || before === '');
  if (!isLonger) return now;
  return (charactersOf(codeIn(now)).match(new RegExp(`.{1,${GROUP_CHARACTERS}}`, 'g')) ?? []).join('-');
}

/** How many of the 20 characters are there. */
export const charactersTyped = (text: string): number => charactersOf(text).length;
