import { sign } from '../events/signs.tsx';

export const SnapshotSign = sign(
  <>
    <path d="M4 8.5A1.5 1.5 0 015.5 7H8l1.5-2.5h5L16 7h2.5A1.5 1.5 0 0120 8.5v9a1.5 1.5 0 01-1.5 1.5h-13A1.5 1.5 0 014 17.5z" />
    <circle cx="12" cy="13" r="3.4" />
  </>,
);
export const WindowSign = sign(
  <>
    <path d="M20 11V6.5A1.5 1.5 0 0018.5 5h-13A1.5 1.5 0 004 6.5v11A1.5 1.5 0 005.5 19H9" />
    <rect x="12" y="13.5" width="9" height="6.5" rx="1.2" fill="currentColor" />
  </>,
);
