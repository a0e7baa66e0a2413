/** Words for instants and spans, in the viewer's own zone and language. All take milliseconds. */

const MINUTE = 60_000;

const dayKey = (at: Date) => `${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`;

export const clockTime = (at: number): string =>
  new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** To the second, with the zone: what stands on hover. */
export const exactTime = (at: number): string =>
  new Date(at).toLocaleString([], { dateStyle: 'full', timeStyle: 'long' });

/** "just now", "12 min ago", and from an hour on the time of day. */
export function aboutWhen(at: number, now: number): string {
  const minutes = Math.floor((now - at) / MINUTE);
  // `now` is renewed every 20 s, and the agent's clock may be a little ahead.
  if (minutes < -2 || minutes >= 60) return clockTime(at);
  return minutes <= 0 ? 'just now' : `${minutes} min ago`;
}

/** "Today", "Yesterday", or the day with its weekday, with the year where it is not this one. */
export function dayName(at: number, now: number): string {
  const day = new Date(at);
  const today = new Date(now);
  if (dayKey(day) === dayKey(today)) return 'Today';
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (dayKey(day) === dayKey(yesterday)) return 'Yesterday';
  return day.toLocaleDateString([], {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(day.getFullYear() === today.getFullYear() ? {} : { year: 'numeric' }),
  });
}

export const sameDay = (one: number, other: number): boolean =>
  dayKey(new Date(one)) === dayKey(new Date(other));

/** "0:07", "1:32", "1:02:03". */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const pair = (value: number) => String(value).padStart(2, '0');
  const rest = `${pair(seconds % 60)}`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${pair(minutes % 60)}:${rest}`;
}

/** For a screen reader: "7 seconds", "1 minute 32 seconds". */
export function spokenSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const count = (value: number, noun: string) => `${value} ${noun}${value === 1 ? '' : 's'}`;
  if (seconds < 60) return count(seconds, 'second');
  const rest = seconds % 60 === 0 ? '' : ` ${count(seconds % 60, 'second')}`;
  return `${count(Math.floor(seconds / 60), 'minute')}${rest}`;
}

/** The name of a saved file: letters of the camera's name, and a time in the viewer's zone. */
function fileName(camera: string, time: number, ending: string): string {
  const name =
    camera
      .replace(/[^\p{L}\p{N} _-]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim() || 'Camera';
  const at = new Date(time);
  const pair = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${pair(at.getMonth() + 1)}-${pair(at.getDate())}`;
  return `${name} ${day} ${pair(at.getHours())}.${pair(at.getMinutes())}.${pair(at.getSeconds())}.${ending}`;
}

export const clipFileName = (camera: string, startedAt: number): string => fileName(camera, startedAt, 'mp4');
export const pictureFileName = (camera: string, takenAt: number): string => fileName(camera, takenAt, 'jpg');
