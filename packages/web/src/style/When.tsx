import { exactTime, shortTime } from '../app/time.ts';

/** A time in the viewer's zone; exact on hover. */
export function When({ at, now }: { readonly at: number; readonly now: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {shortTime(at, now)}
    </time>
  );
}
