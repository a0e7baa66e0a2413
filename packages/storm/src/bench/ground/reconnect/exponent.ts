/** The exponent b of cost = a * N^b: the slope of the line through the logarithms, by least squares. */
export function exponentOf(points: readonly { readonly count: number; readonly cost: number }[]): number {
  const logs = points.map(({ count, cost }) => ({ x: Math.log(count), y: Math.log(cost) }));
  const mean = (of: (one: { x: number; y: number }) => number): number =>
    logs.reduce((sum, one) => sum + of(one), 0) / logs.length;
  const [x, y] = [mean((one) => one.x), mean((one) => one.y)];
  const rise = logs.reduce((sum, one) => sum + (one.x - x) * (one.y - y), 0);
  return rise / logs.reduce((sum, one) => sum + (one.x - x) ** 2, 0);
}
