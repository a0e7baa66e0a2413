export function PairPage() {
  return <h1 tabIndex={-1}>PairPage</h1>;
}
