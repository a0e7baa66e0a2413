export function RecoveryCodePage() {
  return <h1 tabIndex={-1}>RecoveryCodePage</h1>;
}
