import { KEPT_BYTES_MIN, KEPT_DAYS_MAX, type Retention } from '@nightlatch/protocol/retention';

const GIGABYTE = 1_000_000_000;
const DAY_MILLISECONDS = 86_400_000;

/** "1.2 GB", "350 MB": decimal, as disks are sold. */
export function sizeText(bytes: number): string {
  const [value, unit] = bytes >= GIGABYTE ? [bytes / GIGABYTE, 'GB'] : [bytes / 1_000_000, 'MB'];
  return `${value.toLocaleString([], { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

/** What a person typed for days: null for nothing typed, which keeps without end; undefined for what is no such number. */
export function daysOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const days = Number(text);
  return Number.isInteger(days) && days >= 1 && days <= KEPT_DAYS_MAX ? days : undefined;
}

/** The same for gigabytes; answers bytes. */
export function bytesOf(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const bytes = Math.round(Number(text.replace(',', '.')) * GIGABYTE);
  return bytes >= KEPT_BYTES_MIN && bytes <= 1_000_000 * GIGABYTE ? bytes : undefined;
}

export const gigabytesText = (bytes: number | null): string =>
  bytes === null ? '' : String(Math.round((bytes / GIGABYTE) * 100) / 100);

/** The bound that counts: the smaller of the owner's and of the cloud's; null for none. */
export function boundOf({
  bytesMax,
  cloudBytesMax,
}: Pick<Retention, 'bytesMax' | 'cloudBytesMax'>): number | null {
  if (bytesMax === null || cloudBytesMax === null) return bytesMax ?? cloudBytesMax;
  return Math.min(bytesMax, cloudBytesMax);
}

export interface Reach {
  /** Days that today's recordings stay, as far as can be told; null for without end. */
  readonly days: number | null;
  /** Whether it is the room that ends it: then it is as the last week was. */
  readonly byRoom: boolean;
}

/** For how long what a camera records today will stay. */
export function reachOf(kept: Retention, days: number | null): Reach {
  const bound = boundOf(kept);
  const aDay = kept.bytesOfLastWeek / 7;
  if (bound === null || aDay === 0) return { days, byRoom: false };
  const byRoom = Math.floor(Math.max(0, bound - kept.favouriteBytes) / aDay);
  return days === null || byRoom < days ? { days: byRoom, byRoom: true } : { days, byRoom: false };
}

/** The day until which today's recordings stay; undefined for without end. */
export const untilOf = ({ days }: Reach, now: number): number | undefined =>
  days === null ? undefined : now + days * DAY_MILLISECONDS;
