/** Stands in for `node:test` while guards are taken out: it keeps the tests, to be run until the first one fails. */
type Body = () => unknown;

const tests: Body[] = [];

function collect(_name: string, body: Body): void {
  tests.push(body);
}

/** Runs the tests in order; true as soon as one fails. */
export async function someFails(): Promise<boolean> {
  for (const body of tests) {
    try {
      await body();
    } catch {
      return true;
    }
  }
  return false;
}

// The tests import the default export of `node:test`.
// biome-ignore lint/style/noDefaultExport: this module has the shape of node:test.
export default collect;
