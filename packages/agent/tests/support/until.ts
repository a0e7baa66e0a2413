/** Waits for a condition, never for a time; gives up with `what` after `timeoutMilliseconds`. */
export async function until<Result>(
  what: string,
  condition: () => Result | null | undefined | false | Promise<Result | null | undefined | false>,
  timeoutMilliseconds = 20_000,
): Promise<Result> {
  const deadline = Date.now() + timeoutMilliseconds;
  for (;;) {
    const result = await condition();
    if (result !== null && result !== undefined && result !== false) return result;
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}
