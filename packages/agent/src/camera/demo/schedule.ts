import { seeded } from './chance.ts';
import type { Visitor, VisitorKind } from './visitors.ts';

const FIRST_AFTER_SECONDS = 6;
const VISIT_SECONDS = { least: 6, more: 2 };
const BETWEEN_SECONDS = { least: 30, more: 15 };
const KINDS: readonly VisitorKind[] = ['walker', 'cat', 'walker', 'ball'];

interface Visit {
  from: number;
  to: number;
  kind: VisitorKind;
  heading: 1 | -1;
  look: number;
}

/** Who comes by and when, in seconds from the start. Ask with times that do not go back. */
export function createSchedule(seed: number) {
  const chance = seeded(seed);
  let count = 0;

  function visitFrom(from: number): Visit {
    const kind = KINDS[count % KINDS.length] ?? 'walker';
    const heading = chance() < 0.5 ? 1 : -1;
    const lasts = VISIT_SECONDS.least + chance() * VISIT_SECONDS.more;
    count += 1;
    return { from, to: from + lasts, kind, heading, look: Math.floor(chance() * 12) };
  }

  let visit = visitFrom(FIRST_AFTER_SECONDS);
  return function visitorAt(seconds: number): Visitor | null {
    while (seconds > visit.to)
      visit = visitFrom(visit.from + BETWEEN_SECONDS.least + chance() * BETWEEN_SECONDS.more);
    if (seconds < visit.from) return null;
    const { kind, heading, look } = visit;
    const gone = seconds - visit.from;
    return { kind, heading, look, part: gone / (visit.to - visit.from), seconds: gone };
  };
}
