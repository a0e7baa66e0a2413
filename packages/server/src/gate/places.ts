/**
 * The rows of a batch, each in the place of its question, from 1 to `count`. One that was answered twice has no answer; the
 * others of the batch have theirs. @throws Error for a place that nobody asked from
 */
export function inPlaces<Row extends { readonly place: number }>(
  rows: readonly Row[],
  count: number,
): (Row | undefined)[] {
  const answers = new Map<number, Row | undefined>();
  for (const row of rows) {
    const { place } = row;
    if (place < 1 || place > count) throw new Error(`a batch answered place ${place} of ${count}`);
    answers.set(place, answers.has(place) ? undefined : row);
  }
  return Array.from({ length: count }, (_, index) => answers.get(index + 1));
}
