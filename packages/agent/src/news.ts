import type { CameraState } from '@nightlatch/protocol/events';
import type { CameraId, HomeId } from '@nightlatch/protocol/ids';

/** What the agent tells the process that started it, over its channel. */
export type News =
  | { readonly kind: 'ready'; readonly pageUrl: string }
  | { readonly kind: 'pairing-code'; readonly code: string; readonly expiresAt: number }
  | { readonly kind: 'paired'; readonly home: HomeId }
  | { readonly kind: 'camera-state'; readonly camera: CameraId; readonly state: CameraState }
  | { readonly kind: 'problem'; readonly text: string };

export type TellNews = (news: News) => void;
