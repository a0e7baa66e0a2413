/** Text that has been made safe to stand in a page. */
export interface Html {
  readonly html: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

export type Part = Html | string | number | readonly Html[];

const rendered = (part: Part): string => {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'html' in part ? part.html : part.map((one) => one.html).join('');
};

/** Everything put into the template is escaped, unless it came out of this function itself. */
export const html = (strings: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: strings.reduce(
    (page, text, index) => page + text + (index < parts.length ? rendered(parts[index] ?? '') : ''),
    '',
  ),
});

/** For what a library rendered, such as a QR code. */
export const trusted = (text: string): Html => ({ html: text });
