export function WelcomePage() {
  return <h1 tabIndex={-1}>WelcomePage</h1>;
}
