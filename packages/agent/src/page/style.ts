/** The local page's style sheet: system fonts, dark and light, one column that fits a phone. */
export const STYLE = `
:root { color-scheme: light dark; --back: #f6f7f8; --card: #fff; --text: #17191c; --soft: #555d66; --line: #d5d9de; --accent: #1f5fbf; --bad: #a3261c; }
@media (prefers-color-scheme: dark) { :root { --back: #121417; --card: #1b1e22; --text: #eceef0; --soft: #a5adb6; --line: #343a41; --accent: #8ab4f8; --bad: #ff9d93; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 1rem; }
h2 { font-size: 1.125rem; margin: 0 0 .5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 0 0 1rem; }
.code { font: 600 1.5rem/1.3 ui-monospace, monospace; letter-spacing: .05em; overflow-wrap: anywhere; }
.qr { background: #fff; padding: .5rem; border-radius: .5rem; width: 14rem; max-width: 100%; }
.qr svg { display: block; width: 100%; height: auto; }
.soft { color: var(--soft); }
.bad { color: var(--bad); }
ul { list-style: none; margin: 0; padding: 0; }
li { border-top: 1px solid var(--line); padding: .75rem 0; overflow-wrap: anywhere; }
li:first-child { border-top: 0; }
label { display: block; margin: .75rem 0 .25rem; }
input { width: 100%; font: inherit; padding: .5rem .75rem; border: 1px solid var(--soft); border-radius: .5rem; background: var(--back); color: inherit; }
button, .button { display: inline-block; font: inherit; padding: .5rem 1rem; border-radius: .5rem; border: 1px solid var(--accent); background: none; color: var(--accent); cursor: pointer; text-decoration: none; margin: .75rem .5rem 0 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
progress { width: 100%; height: .75rem; accent-color: var(--accent); }
`;

/** Renews what may change, every three seconds, where nobody is typing. */
export const SCRIPT = `
const status = document.getElementById('status');
if (status) setInterval(async () => {
  if (document.hidden || status.contains(document.activeElement)) return;
  try {
    const answer = await fetch('/status', { cache: 'no-store' });
    if (!answer.ok) throw new Error();
    const text = await answer.text();
    if (status.dataset.shown !== text) { status.innerHTML = text; status.dataset.shown = text; }
    document.getElementById('lost').hidden = true;
  } catch { document.getElementById('lost').hidden = false; }
}, 3000);
`;
