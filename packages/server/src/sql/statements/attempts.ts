import { z } from 'zod';
import { statement } from '../statement.ts';

/** Counts one attempt of each subject (`$1`) in a window of `$2` seconds, and answers how many there have been. */
export const countAttempts = statement({
  name: 'count-attempts',
  // In one order everywhere, so that two log-ins at once cannot wait for each other.
  text: `insert into attempt_limits as l (subject, attempts, window_ends_at)
    select subject, 1, now() + make_interval(secs => $2::int)
    from (select unnest($1::text[]) as subject order by 1) subjects
    on conflict (subject) do update set
      attempts = case when l.window_ends_at <= now() then 1 else least(l.attempts, 1000000) + 1 end,
      window_ends_at = case when l.window_ends_at <= now() then excluded.window_ends_at else l.window_ends_at end
    returning subject, attempts, ceil(extract(epoch from window_ends_at - now()))::int as seconds_left`,
  row: z.object({ subject: z.string(), attempts: z.number(), seconds_left: z.number() }),
});

export const forgetAttempts = statement({
  name: 'forget-attempts',
  text: 'delete from attempt_limits where subject = $1 returning subject',
  row: z.object({ subject: z.string() }),
});

export const sweepAttempts = statement({
  name: 'sweep-attempts',
  text: `delete from attempt_limits where subject in (
      select subject from attempt_limits where window_ends_at < now() order by window_ends_at limit 1000)
    returning subject`,
  row: z.object({ subject: z.string() }),
});
