import { createHmac } from 'node:crypto';
import { z } from 'zod';

/** What is asked for: a key, of a tenant whose value nobody else may get. */
export interface Question {
  readonly tenant: string;
  readonly key: string;
}

const Value = z.strictObject({
  tenant: z.string(),
  key: z.string(),
  version: z.number(),
  mac: z.string(),
});

export interface Values {
  /** The true value of a question at a version. */
  of(question: Question, version?: number): string;
  /** Which version of the true answer this is; null where it is the answer to anything else, or damaged. */
  versionOf(question: Question, value: string): number | null;
}

/** Values that say for themselves whose they are, under a key that no client has: a crossing is seen, not guessed. */
export function makeValues(secret: Buffer): Values {
  const macOf = (tenant: string, key: string, version: number): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([tenant, key, version]))
      .digest('base64url');
  return {
    of: ({ tenant, key }, version = 1) =>
      JSON.stringify({ tenant, key, version, mac: macOf(tenant, key, version) }),
    versionOf: (question, value) => {
      const told = parsed(value);
      if (told === null) return null;
      const isOwn = told.tenant === question.tenant && told.key === question.key;
      return isOwn && told.mac === macOf(told.tenant, told.key, told.version) ? told.version : null;
    },
  };
}

function parsed(value: string): z.infer<typeof Value> | null {
  try {
    return Value.parse(JSON.parse(value));
  } catch {
    return null;
  }
}
