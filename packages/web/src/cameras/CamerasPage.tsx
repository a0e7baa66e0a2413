export function CamerasPage() {
  return <h1 tabIndex={-1}>CamerasPage</h1>;
}
