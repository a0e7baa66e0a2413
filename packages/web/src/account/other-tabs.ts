/** What happened to the session of this browser: somebody logged out, or in. */
export type TabNews = 'left' | 'entered';

// One channel to speak and to listen by: only so does a page not hear itself.
const channel = new BroadcastChannel('nightlatch-session');

/** Listens to the other tabs of this browser; gives the function that ends it. */
export function onOtherTabs(told: (news: TabNews) => void): () => void {
  const heard = ({ data }: MessageEvent) => {
    if (data === 'left' || data === 'entered') told(data);
  };
  channel.addEventListener('message', heard);
  return () => channel.removeEventListener('message', heard);
}

export const tellOtherTabs = (news: TabNews): void => channel.postMessage(news);
