import type { z } from 'zod';
import { messageOf, readPrivateFile, SettingsError } from './private-file.ts';

/** The parsed value, or null where the text is not JSON or not of this shape. */
export function parseJson<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/**
 * Reads a settings file of this shape, or null where there is none.
 * @throws SettingsError where it is damaged: it is never overwritten by a fresh one.
 */
export async function readSettings<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  maxBytes: number,
): Promise<z.output<Schema> | null> {
  const text = await readPrivateFile(path, maxBytes);
  if (text === null) return null;
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new SettingsError(
      `${path} is damaged or of another version. Nothing was changed; restore it from a copy, or move it away to begin anew. ` +
        `(${messageOf(error).slice(0, 300)})`,
      { cause: error },
    );
  }
}
