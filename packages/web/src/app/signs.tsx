import type { ReactNode } from 'react';

function Sign({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      className="sign"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const EventsSign = () => (
  <Sign>
    <rect x="3" y="5" width="18" height="14" rx="3" />
    <path d="m10 9.5 5 2.5-5 2.5z" />
  </Sign>
);

export const LiveSign = () => (
  <Sign>
    <circle cx="12" cy="12" r="2.4" fill="currentColor" />
    <path d="M7.8 16.2a6 6 0 010-8.4M16.2 7.8a6 6 0 010 8.4M5 19A10 10 0 015 5M19 5a10 10 0 010 14" />
  </Sign>
);

export const CamerasSign = () => (
  <Sign>
    <rect x="4" y="3" width="16" height="13" rx="5" />
    <circle cx="12" cy="9.5" r="3" />
    <path d="M12 16v3M8 21h8" />
  </Sign>
);

export const SettingsSign = () => (
  <Sign>
    <path d="M4 8h9M19 8h1M4 16h1M11 16h9" />
    <circle cx="16" cy="8" r="2.6" />
    <circle cx="8" cy="16" r="2.6" />
  </Sign>
);
