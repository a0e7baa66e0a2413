import type { LivePhase } from './state.ts';

/** Says that what is on screen is now. */
export function LiveBadge({ phase }: { readonly phase: LivePhase }) {
  return phase === 'live' && <span className="live-badge">Live</span>;
}
