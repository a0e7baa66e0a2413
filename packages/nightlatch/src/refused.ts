/** Something stands in the way; the message says to a person what happened, what was kept, and what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const hasCode = (error: unknown, ...codes: string[]): boolean =>
  error instanceof Error && 'code' in error && codes.includes(String(error.code));
