import type { BenchContext } from '../suite.ts';

/** A part of a suite; what it has started is let go of when it is over, and the next part has the machine to itself. */
export async function part<Result>(
  context: BenchContext,
  work: (context: BenchContext) => Promise<Result>,
): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  return await work({ ...context, afterwards: (letGo) => stack.defer(letGo) });
}
