import { CameraId } from '@nightlatch/protocol/ids';
import type { ListQuestion } from '../viewer/question.ts';

/** What the list is narrowed to; it stands in the address of the page. `day` is `2026-11-22` in the viewer's zone. */
export interface Filter {
  readonly camera: CameraId | null;
  readonly day: string | null;
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The instants between which a day lies in the viewer's zone, also where it has 23 or 25 hours; null: not a day. */
export function spanOfDay(day: string): { from: number; to: number } | null {
  const [, year, month, date] = (DAY.exec(day) ?? []).map(Number);
  if (year === undefined || month === undefined || date === undefined) return null;
  const start = new Date(year, month - 1, date);
  if (start.getMonth() !== month - 1 || start.getTime() < 0) return null;
  return { from: start.getTime(), to: new Date(year, month - 1, date + 1).getTime() };
}

/** What does not parse counts as not given: an address may be typed by hand. */
export function filterOf(search: string): Filter {
  const params = new URLSearchParams(search);
  const camera = CameraId.safeParse(params.get('camera'));
  const day = params.get('day');
  return {
    camera: camera.success ? camera.data : null,
    day: day !== null && spanOfDay(day) !== null ? day : null,
  };
}

/** The query of the page's address, with its question mark; empty where nothing is filtered. */
export function searchOf({ camera, day }: Filter): string {
  const params = new URLSearchParams();
  if (camera !== null) params.set('camera', camera);
  if (day !== null) params.set('day', day);
  return params.size === 0 ? '' : `?${params}`;
}

export function questionOf({ camera, day }: Filter): Omit<ListQuestion, 'home'> {
  const span = day === null ? null : spanOfDay(day);
  return { ...(camera !== null && { camera }), ...span };
}
