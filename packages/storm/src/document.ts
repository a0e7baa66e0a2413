import { readFile, writeFile } from 'node:fs/promises';

/** The same document with everything behind the line `heading` replaced. @throws Error where it has no such line */
export function withMeasured(document: string, heading: string, measured: string): string {
  const [words, ...rest] = document.split(`\n${heading}\n`);
  if (words === undefined || rest.length !== 1) throw new Error(`The document has no line "${heading}".`);
  return `${words}\n${heading}\n\n${measured}`;
}

/** Puts what was measured behind the line `heading` of a document; the words before it are people's. */
export async function writeMeasured(file: string, heading: string, measured: string): Promise<void> {
  await writeFile(file, withMeasured(await readFile(file, 'utf8'), heading, measured));
}
