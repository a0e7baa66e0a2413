import type { CameraState } from '@nightlatch/protocol/events';

export type OfflineReason = NonNullable<CameraState['reason']>;

/** A pull that could not start or did not last, with the reason that people see. */
export class CameraFailure extends Error {
  readonly reason: OfflineReason;
  constructor(reason: OfflineReason, message: string) {
    super(message);
    this.name = 'CameraFailure';
    this.reason = reason;
  }
}

/** FFmpeg's tag for an answer of the server: 0xF8 and three digits, negated. */
const statusError = (digits: string): number =>
  -(0xf8 | (digits.charCodeAt(0) << 8) | (digits.charCodeAt(1) << 16) | (digits.charCodeAt(2) << 24)) | 0;
const REFUSED = new Set([statusError('401'), statusError('403')]);
const NOT_FOUND = new Set([statusError('404'), statusError('410'), statusError('454')]);

/** Why a source could not be opened, from FFmpeg's error code; everything that is no answer is `unreachable`. */
export function openingReason(code: number): OfflineReason {
  if (REFUSED.has(code)) return 'password-refused';
  if (NOT_FOUND.has(code)) return 'not-found';
  return 'unreachable';
}
