export function RecoverPage() {
  return <h1 tabIndex={-1}>RecoverPage</h1>;
}
