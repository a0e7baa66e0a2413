import { parseArgs } from 'node:util';

export interface Wanted {
  readonly suites: readonly string[];
  readonly jsonFile: string | undefined;
}

/** `npm run bench -- [SUITE...] [--json FILE]`; no suite lists them. @throws Error with a sentence */
export function readCommandLine(parameters: readonly string[], known: readonly string[]): Wanted {
  const { values, positionals } = parseArgs({
    args: [...parameters],
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const stranger = positionals.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw new Error(`There is no suite "${stranger}". There are: ${known.join(', ') || 'none yet'}.`);
  return { suites: positionals, jsonFile: values.json };
}
