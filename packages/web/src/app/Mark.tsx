/** The sign of Nightlatch: a keyhole in a door. */
export function Mark() {
  return (
    <svg className="mark-sign" viewBox="0 0 64 64" aria-hidden="true">
      <rect className="mark-ground" width="64" height="64" rx="16" />
      <path className="mark-door" d="M20 46V27a12 12 0 0 1 24 0v19z" />
      <circle className="mark-ground" cx="32" cy="31" r="4.5" />
      <path className="mark-ground" d="M29.6 33h4.8l1.6 8h-8z" />
    </svg>
  );
}
