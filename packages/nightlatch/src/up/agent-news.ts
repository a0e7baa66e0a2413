import { z } from 'zod';

/** What the agent's process tells us, as far as it is for the terminal; anything else is passed over. */
const News = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('pairing-code'), code: z.string().max(64) }),
  z.object({ kind: z.literal('paired') }),
  z.object({ kind: z.literal('problem'), text: z.string().max(1000) }),
  z.object({
    kind: z.literal('camera-state'),
    camera: z.string().max(64),
    state: z.object({ state: z.string().max(40), reason: z.string().max(40).nullable() }),
  }),
]);
export type News = z.infer<typeof News>;

export interface AgentNews {
  readonly hear: (message: unknown) => void;
  /** Shows the newest pairing code, if there is one, and from now on everything that is new. */
  showFromNowOn(): void;
}

export interface NewsScreen {
  pairingCode(code: string): void;
  line(text: string): void;
}

// Cameras beyond these are told in the web app alone.
const CAMERAS_MAX = 64;

/** Keeps what the agent tells back until there is a place for it, below the address to open; says nothing twice. */
export function agentNews(screen: NewsScreen): AgentNews {
  const offline = new Map<string, string>();
  const waiting: News[] = [];
  let showing = false;
  let code: string | undefined;
  let last: string | undefined;
  const line = (text: string) => {
    if (text !== last) screen.line(text);
    last = text;
  };
  const show = (news: News) => {
    if (news.kind === 'pairing-code') screen.pairingCode(news.code);
    else if (news.kind === 'paired') line('  ✓ The agent is paired with a home');
    else if (news.kind === 'problem') line(`  ! ${news.text}`);
    else {
      const reason = news.state.state === 'offline' ? (news.state.reason ?? 'unknown') : undefined;
      const before = offline.get(news.camera);
      if (reason === before) return;
      if (reason === undefined) {
        // Connecting is neither here nor there.
        if (news.state.state === 'connecting') return;
        offline.delete(news.camera);
        line('  ✓ The camera is back');
      } else if (offline.size < CAMERAS_MAX) {
        offline.set(news.camera, reason);
        line(`  ! The camera is offline: ${reason.replaceAll('-', ' ')}`);
      }
    }
  };
  return {
    hear: (message) => {
      const parsed = News.safeParse(message);
      if (!parsed.success) return;
      const news = parsed.data;
      if (news.kind === 'pairing-code') {
        if (news.code === code) return;
        code = news.code;
      } else if (news.kind === 'paired') code = undefined;
      if (showing) show(news);
      else if (news.kind !== 'pairing-code' && waiting.length < CAMERAS_MAX) waiting.push(news);
    },
    showFromNowOn: () => {
      showing = true;
      if (code !== undefined) screen.pairingCode(code);
      for (const news of waiting.splice(0)) show(news);
    },
  };
}
