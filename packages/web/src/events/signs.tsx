import type { ReactNode } from 'react';

export const sign = (content: ReactNode) => () => (
  <svg
    className="event-sign"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.9"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    {content}
  </svg>
);

export const CloseSign = sign(<path d="M6 6l12 12M18 6L6 18" />);
export const NewerSign = sign(<path d="M14.5 5.5L8 12l6.5 6.5" />);
export const OlderSign = sign(<path d="M9.5 5.5L16 12l-6.5 6.5" />);
export const PlaySign = sign(<path d="M8 5.5v13l10.5-6.5z" fill="currentColor" />);
export const PauseSign = sign(<path d="M8.5 6v12M15.5 6v12" strokeWidth="3.4" />);
export const SoundSign = sign(
  <path d="M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4 4 0 010 6M18 6.5a8 8 0 010 11" />,
);
export const MutedSign = sign(<path d="M4 9.5v5h3.5L12 18V6L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5" />);
export const FullSign = sign(<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />);
export const DownloadSign = sign(<path d="M12 4v11M7 10.5l5 5 5-5M5 20h14" />);
export const UpSign = sign(<path d="M12 19V6M6.5 11L12 5.5l5.5 5.5" />);
export const LockSign = sign(
  <>
    <rect x="5" y="11" width="14" height="9" rx="2" />
    <path d="M8 11V8a4 4 0 018 0v3" />
  </>,
);
