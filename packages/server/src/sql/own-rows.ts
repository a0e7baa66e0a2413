/**
 * Who calls, and what is their own, must not hang on the database's replies being in step: the rows have to say by
 * themselves that they are of what was asked. Where the gate asks, its own proof does the same.
 * @throws Error where a row is of something else
 */
export function requireOwn<Row extends object>(rows: readonly Row[], asked: Partial<Row>): void {
  for (const [key, value] of Object.entries(asked))
    for (const row of rows)
      if (value === undefined || Reflect.get(row, key) !== value)
        throw new Error(`a row is of another question: its ${key} is not what was asked for`);
}
