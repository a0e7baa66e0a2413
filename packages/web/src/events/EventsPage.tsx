/** Placeholder of the Events tab, so that the router has a place to go to. */
export function EventsPage() {
  return <h1 tabIndex={-1}>Events</h1>;
}
