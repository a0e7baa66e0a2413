export function StartPage() {
  return <h1 tabIndex={-1}>StartPage</h1>;
}
