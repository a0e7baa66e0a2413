const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

const inZone = (zone: string | undefined) => (zone === undefined ? {} : { timeZone: zone });

/** The calendar day in the viewer's zone, as text to compare. */
const dayOf = (instant: number, zone: string | undefined) =>
  new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...inZone(zone) }).format(instant);

/** "14:02" today, "yesterday 14:02", else with its date; in the viewer's own zone and manner. */
export function shortTime(instant: number, now: number, zone?: string, locale?: string): string {
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', ...inZone(zone) });
  const day = dayOf(instant, zone);
  if (day === dayOf(now, zone)) return clock.format(instant);
  if (day === dayOf(now - DAY_MILLISECONDS, zone)) return `yesterday ${clock.format(instant)}`;
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', ...inZone(zone) }).format(
    instant,
  );
}

/** Day, time to the second and zone, for a closer look. */
export const exactTime = (instant: number, zone?: string, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long', ...inZone(zone) }).format(instant);
