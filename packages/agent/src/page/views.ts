import type { CameraState } from '@nightlatch/protocol/events';
import type { CameraShown } from '../fleet.ts';
import type { PairingShown } from '../pairing/pairing.ts';
import type { CameraSetting, RtspSetting } from '../settings/cameras.ts';
import type { SpoolUsage } from '../spool/spool.ts';
import { type Html, html, type Part, trusted } from './html.ts';

/** What the page shows, as of now. */
export interface PageStatus {
  readonly serverUrl: string;
  readonly pairing: PairingShown;
  /** The QR code of the pairing link, as SVG; null while there is no code. */
  readonly qrSvg: string | null;
  readonly problems: readonly string[];
  readonly cameras: readonly CameraShown[];
  readonly spool: SpoolUsage;
}

const STATES: Readonly<Record<CameraState['state'], string>> = {
  recording: 'Recording',
  watching: 'Watching for motion',
  connecting: 'Connecting',
  offline: 'Offline',
  'waiting-for-key': 'Waits to be added in the web app; until then it records nothing',
};
const REASONS: Readonly<Record<NonNullable<CameraState['reason']>, string>> = {
  'password-refused': 'the camera refuses user or password',
  unreachable: 'the camera cannot be reached',
  'not-found': 'the camera has no such stream',
  'unsupported-codec': 'the stream is not H.264',
  'stream-ended': 'the camera ended the stream',
  'stream-stalled': 'the camera sends nothing any more',
  'disk-full': 'the disk is full, so nothing is recorded',
  'agent-offline': 'the agent is away',
  internal: 'a fault in the agent; its log says more',
};

const when = (instant: number): Html =>
  html`<time datetime="${new Date(instant).toISOString()}">${new Date(instant).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}</time>`;

export function document(title: string, main: Html): Html {
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css"><script src="/script.js" defer></script></head><body><main>${main}</main></body></html>`;
}

export const home = (status: PageStatus): Html =>
  document(
    'Nightlatch agent',
    html`<h1>Nightlatch agent</h1><p id="lost" class="bad" role="alert" hidden>The agent does not answer. This page shows how it was.</p><div id="status">${statusPart(status)}</div><p><a class="button" href="/cameras/new">Add a camera</a></p>`,
  );

/** The part of the page that renews itself. */
export const statusPart = (status: PageStatus): Html =>
  html`${pairingPart(status)}${problemsPart(status.problems)}<section aria-labelledby="cameras"><h2 id="cameras">Cameras</h2>${camerasPart(status.cameras)}</section><section aria-labelledby="spool"><h2 id="spool">Kept here until the cloud has it</h2>${spoolPart(status.spool)}</section>`;

function pairingPart({ pairing, qrSvg, serverUrl }: PageStatus): Html {
  const section = (body: Html): Html =>
    html`<section aria-labelledby="pairing"><h2 id="pairing">Household</h2>${body}</section>`;
  if (pairing.state === 'paired') return section(html`<p>Paired with a household at ${serverUrl}.</p>`);
  if (pairing.state === 'connecting') {
    const problem = pairing.problem === null ? [] : [html`<p class="bad">${pairing.problem}</p>`];
    return section(html`<p>Connecting to ${serverUrl} …</p>${problem}`);
  }
  const refused = pairing.refused === null ? [] : [html`<p class="bad" role="alert">${pairing.refused}</p>`];
  const qr =
    qrSvg === null
      ? []
      : [html`<div class="qr" role="img" aria-label="The same code as a QR code">${trusted(qrSvg)}</div>`];
  return section(
    html`${refused}<p>Enter this code in the web app, or scan it:</p><p class="code">${pairing.code}</p>${qr}<p class="soft">Good until ${when(pairing.expiresAt)}; then there is a new one.</p>`,
  );
}

const problemsPart = (problems: readonly string[]): Html[] =>
  problems.length === 0
    ? []
    : [
        html`<section aria-labelledby="problems"><h2 id="problems">To be looked at</h2>${problems.map((problem) => html`<p class="bad">${problem}</p>`)}</section>`,
      ];

const label = (setting: CameraSetting): string =>
  setting.source === 'demo' ? 'Demo camera' : new URL(setting.url).host + new URL(setting.url).pathname;

function camerasPart(cameras: readonly CameraShown[]): Html {
  if (cameras.length === 0) return html`<p>There is no camera yet. Add one below.</p>`;
  return html`<ul>${cameras.map(
    ({ setting, state }) =>
      html`<li><strong>${label(setting)}</strong><br>${STATES[state.state]}${state.reason === null ? '' : `: ${REASONS[state.reason]}`} <span class="soft">since ${when(state.since)}</span>${setting.source === 'demo' ? html` <br><span class="soft">It makes its own picture.</span>` : ''} <br><a href="/cameras/${setting.camera}">Change or remove ${label(setting)}</a></li>`,
  )}</ul>`;
}

const size = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.round(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${Math.round(bytes / 1e6)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;

function spoolPart(spool: SpoolUsage): Html {
  const notes: Part[] = [];
  if (spool.full !== null) notes.push('There is no room for new recordings. Free some of the disk. ');
  if (spool.setAsideEvents > 0) notes.push(`The cloud refused ${spool.setAsideEvents}; they are kept. `);
  if (spool.gaps > 0) notes.push('Some recordings were lost for want of room; the cloud is told which. ');
  return html`<p>${spool.waitingEvents} ${spool.waitingEvents === 1 ? 'event' : 'events'}, ${size(spool.usedBytes)} of at most ${size(spool.limitBytes)}</p><progress aria-label="How full the spool is" max="${spool.limitBytes}" value="${Math.min(spool.usedBytes, spool.limitBytes)}"></progress>${notes.map((note) => html`<p class="bad">${note}</p>`)}`;
}

/** The form for a new camera, or for one that is there. What was typed comes back, but never a password. */
export function cameraForm(given: {
  readonly csrf: string;
  readonly camera: RtspSetting | null;
  readonly typed: { readonly url: string; readonly user: string } | null;
  readonly error: string | null;
}): Html {
  const { csrf, camera, error } = given;
  const url = given.typed?.url ?? camera?.url ?? '';
  const user = given.typed?.user ?? camera?.user ?? '';
  const title = camera === null ? 'Add a camera' : 'Change a camera';
  const action = camera === null ? '/cameras' : `/cameras/${camera.camera}`;
  const passwordHint =
    camera === null || camera.password === ''
      ? ''
      : 'There is a password. It is kept if this stays empty and the address is of the same camera.';
  return document(
    title,
    html`<h1>${title}</h1><section>${error === null ? '' : html`<p class="bad" role="alert">${error}</p>`}<form method="post" action="${action}" autocomplete="off"><input type="hidden" name="csrf" value="${csrf}"><label for="url">Address</label><input id="url" name="url" required maxlength="2048" value="${url}" placeholder="rtsp://192.168.1.20:554/stream1"><label for="user">User</label><input id="user" name="user" maxlength="256" value="${user}" autocapitalize="none"><label for="password">Password</label><input id="password" name="password" type="password" maxlength="256" autocomplete="new-password" aria-describedby="password-hint"><p id="password-hint" class="soft">${passwordHint} It stays on this machine, in a file that only the agent's user can read.</p><button type="submit">Save</button><a class="button" href="/">Back</a></form></section>${camera === null ? '' : removePart(csrf, camera)}`,
  );
}

export const demoPage = (csrf: string, camera: CameraSetting): Html =>
  document(
    'The demo camera',
    html`<h1>The demo camera</h1>${removePart(csrf, camera)}<p><a class="button" href="/">Back</a></p>`,
  );

const removePart = (csrf: string, camera: CameraSetting): Html =>
  html`<section><h2>Remove it</h2><p>It is not recorded any more. What was recorded stays in the cloud.</p><form method="post" action="/cameras/${camera.camera}/remove"><input type="hidden" name="csrf" value="${csrf}"><button type="submit">Remove this camera</button></form></section>`;

export const messagePage = (title: string, text: string): Html =>
  document(title, html`<h1>${title}</h1><p>${text}</p><p><a href="/">Back</a></p>`);
