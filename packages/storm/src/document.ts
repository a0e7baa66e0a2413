import { readFile, writeFile } from 'node:fs/promises';

/** The same document with the section `heading` (`## …`) replaced. @throws Error where it has no such line */
export function withMeasured(document: string, heading: string, measured: string): string {
  const [before, ...rest] = document.split(`\n${heading}\n`);
  const [section] = rest;
  if (before === undefined || section === undefined || rest.length !== 1)
    throw new Error(`The document has no line "${heading}".`);
  const next = section.indexOf('\n## ');
  return `${before}\n${heading}\n\n${measured}${next < 0 ? '' : section.slice(next)}`;
}

/** Puts what was measured into the section `heading` of a document; all other words are people's. */
export async function writeMeasured(file: string, heading: string, measured: string): Promise<void> {
  await writeFile(file, withMeasured(await readFile(file, 'utf8'), heading, measured));
}
