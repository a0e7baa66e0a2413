import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CameraId, RandomBytes } from '@nightlatch/protocol/ids';
import { eventHash, signGap } from '@nightlatch/vault/manifest';
import type { Logger } from 'pino';
import { startCamera } from './camera/supervisor.ts';
import { createFleet, type FleetParts } from './fleet.ts';
import { createLink } from './live/link.ts';
import { createLive, type Live } from './live/live.ts';
import type { RequestGuards } from './live/requests.ts';
import type { ThrottleLimits } from './live/throttle.ts';
import type { TellNews } from './news.ts';
import { type RunningPage, startPage } from './page/page.ts';
import type { PageStatus } from './page/views.ts';
import { type ApplyEntries, openHomeFollower } from './pairing/home-follower.ts';
import { pairingLink, qrAsSvg } from './pairing/link.ts';
import { type PairingShown, pair } from './pairing/pairing.ts';
import { signClip } from './seal/clip-manifest.ts';
import { openCameraSettings } from './settings/cameras.ts';
import { openComeback } from './settings/comeback-file.ts';
import { openDataDirectory } from './settings/data-directory.ts';
import { loadIdentity } from './settings/identity.ts';
import { messageOf } from './settings/private-file.ts';
import { createChange } from './spool/change.ts';
import type { FreeBytes, SpoolLimits } from './spool/room.ts';
import { openSpool } from './spool/spool.ts';
import { createClient } from './uplink/client.ts';
import { type Clock, systemClock } from './uplink/clock.ts';
import { runDeliverer } from './uplink/deliverer.ts';
import { runReporter } from './uplink/reporter.ts';
import { watchUploads } from './uplink/uploads.ts';

export interface AgentOptions {
  readonly serverUrl: string;
  readonly dataDirectory: string;
  /** Added to the cameras of the settings at the start. */
  readonly cameraUrl?: string | undefined;
  readonly demo?: boolean | undefined;
  readonly pagePort: number;
  readonly log: Logger;
  readonly tell: TellNews;
  readonly spoolLimits?: SpoolLimits | undefined;
}

/** What comes from outside: a test brings its own time, disk, network and cameras. */
export interface AgentSurroundings {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Random, from 0 to 1. */
  readonly fraction: () => number;
  readonly fetch: typeof fetch;
  readonly startCamera: FleetParts['startCamera'];
  readonly freeBytes?: FreeBytes;
  readonly applyEntries?: ApplyEntries;
  /** Milliseconds by a clock that never goes back. */
  readonly monotonic: () => number;
  readonly liveGuards?: Partial<RequestGuards>;
  readonly throttleLimits?: ThrottleLimits;
}

export const SURROUNDINGS: AgentSurroundings = {
  clock: systemClock,
  random: (count) => new Uint8Array(randomBytes(count)),
  fraction: Math.random,
  fetch,
  startCamera,
  monotonic: () => performance.now(),
};

const KEPT = 'Recording goes on; everything is kept and sent later.';

export interface Agent {
  readonly pageUrl: string;
  /** Runs until the signal is aborted; then ends the recordings, keeps them and closes everything. */
  run(): Promise<void>;
}

/** Composes the agent and opens all that it needs. @throws SettingsError with a sentence for people */
export async function composeAgent(
  options: AgentOptions,
  surroundings: AgentSurroundings,
  stop: AbortSignal,
): Promise<Agent> {
  const { serverUrl, log, tell } = options;
  const { clock, random, fraction } = surroundings;
  await using opened = new AsyncDisposableStack();
  // A fault in one part ends the others too, so that the process ends and can be started again.
  const fault = new AbortController();
  const signal = AbortSignal.any([stop, fault.signal]);

  const directory = opened.use(await openDataDirectory(options.dataDirectory)).path;
  const device = await loadIdentity(directory);
  const settings = await openCameraSettings(directory, random);
  if (options.cameraUrl !== undefined) {
    await settings.addRtsp({ url: options.cameraUrl, user: '', password: '' });
  }
  if (options.demo === true) await settings.addDemo();

  // Recordings end after the signal; what belongs to the cloud ends with it.
  const comeback = opened.use(
    await openComeback(directory, { serverUrl, agent: device.agent }, (error) =>
      log.warn({ err: error }, 'what the agent comes back with after an outage could not be kept on disk'),
    ),
  );
  const client = createClient({
    ...{ serverUrl, device, signal, comeback },
    fetch: surroundings.fetch,
    now: clock.now,
  });
  const spool = await openSpool({
    path: join(directory, 'spool'),
    hashEvent: eventHash,
    signGap: (statement) => signGap(statement, device.privateKey),
    random,
    ...(options.spoolLimits === undefined ? {} : { limits: options.spoolLimits }),
    ...(surroundings.freeBytes === undefined ? {} : { freeBytes: surroundings.freeBytes }),
    onDropped: ({ record: { camera, event } }, reason) =>
      log.error(
        { camera, event, reason },
        'no room: the oldest recording was dropped before the cloud had it',
      ),
  });
  if (spool.recovered.interrupted + spool.recovered.lost > 0) {
    log.warn(spool.recovered, 'the agent did not end properly; what was recorded is kept');
  }

  const reportNow = createChange();
  let shown: PairingShown = { state: 'connecting', problem: null };
  const follower = await openHomeFollower({
    directory,
    agent: device.agent,
    deviceKey: device.publicKey,
    client,
    ...(surroundings.applyEntries === undefined ? {} : { applyEntries: surroundings.applyEntries }),
    onChange: () => homeChanged(),
  });
  const fleet = createFleet({
    settings,
    spool,
    devicePrivateKey: device.privateKey,
    random,
    epochOf: follower.epochOf,
    startCamera: surroundings.startCamera,
    log,
    now: clock.now,
    fraction,
    onState: (camera: CameraId, state) => {
      log.info({ camera, ...state }, 'camera');
      tell({ kind: 'camera-state', camera, state });
      reportNow.tell();
    },
    onLive: (camera, message) => live.fromCamera(camera, message),
  });
  const uploads = watchUploads(client);
  const link = createLink({
    serverUrl,
    client,
    clock,
    comeback,
    monotonic: surroundings.monotonic,
    fraction,
    onOrder: (order) => live.order(order),
    onLost: () => live.linkLost(),
    log: (level, message) => log[level](message),
  });
  const live: Live = createLive({
    agent: device.agent,
    devicePrivateKey: device.privateKey,
    random,
    follower,
    now: clock.now,
    setLive: fleet.setLive,
    tell: link.tell,
    send: link.record,
    waiting: link.waiting,
    arrived: link.arrived,
    eventsUnderWay: uploads.underWay,
    log: (message, fields) => log.error(fields, message),
    guards: surroundings.liveGuards,
    throttleLimits: surroundings.throttleLimits,
  });
  if (follower.home() !== null) shown = { state: 'paired' };
  let problemTold: string | null = null;
  /** Why the cloud did not take the last report. */
  let trouble: string | null = null;

  function homeChanged(): void {
    const problem = follower.problem();
    if (problem !== problemTold && problem !== null) {
      log.error(problem);
      tell({ kind: 'problem', text: problem });
    }
    problemTold = problem;
    reportNow.tell();
    live.homeChanged();
    refresh().catch((error: unknown) =>
      log.error({ err: error }, 'the cameras could not be brought up to date'),
    );
  }
  const refresh = async (): Promise<void> => {
    await fleet.refresh();
    reportNow.tell();
  };

  const status = async (): Promise<PageStatus> => ({
    serverUrl,
    pairing: shown,
    qrSvg: shown.state === 'waiting' ? await qrAsSvg(pairingLink(serverUrl, shown.code)) : null,
    problems: [follower.problem(), shown.state === 'paired' ? trouble : null].filter(
      (problem) => problem !== null,
    ),
    cameras: fleet.cameras(),
    spool: await spool.usage(),
  });
  const page: RunningPage = await startPage(
    { settings, status, onChange: refresh, random },
    options.pagePort,
  );
  opened.defer(() => page.close());
  const closing = opened.move();

  const showPairing = (next: PairingShown): void => {
    if (next.state === 'waiting') {
      if (next.refused !== null) {
        log.error(next.refused);
        tell({ kind: 'problem', text: next.refused });
      }
      tell({ kind: 'pairing-code', code: next.code, expiresAt: next.expiresAt });
    }
    const home = follower.home()?.home;
    if (next.state === 'paired' && shown.state !== 'paired' && home !== undefined) {
      log.info({ home }, 'paired');
      tell({ kind: 'paired', home });
    }
    shown = next;
  };
  const report = () =>
    runReporter(
      {
        client,
        clock,
        fraction,
        change: reportNow,
        // Before the agent has checked who paired it, the cloud may take it for a stranger's: that home learns nothing.
        report: async () => (follower.home() === null ? { cameras: [] } : fleet.report()),
        isEager: () => follower.home() === null || fleet.isWaiting(),
        onHead: follower.follow,
        onContact: (error) => {
          const before = trouble;
          trouble = error === null ? null : `${messageOf(error)} ${KEPT}`;
          if (before !== trouble && trouble !== null) log.warn(trouble);
          if (before !== null && trouble === null) log.info('the cloud answers again');
        },
      },
      signal,
    );
  const deliver = () =>
    runDeliverer(
      {
        client: uploads.client,
        spool,
        clock,
        fraction,
        device,
        signClip: (record, chunks) => signClip(record, chunks, device.privateKey),
        log: (level, message, fields = {}) => log[level](fields, message),
      },
      signal,
    );
  const afterPairing = async (): Promise<void> => {
    await pair(
      { directory, client, device, follower, clock, random, fraction, onShown: showPairing },
      signal,
    );
    if (!signal.aborted) await Promise.all([deliver(), link.run(signal)]);
  };

  return {
    pageUrl: page.url,
    run: async () => {
      await using _closed = closing;
      await refresh();
      try {
        await Promise.all([report(), afterPairing()]);
      } catch (error) {
        fault.abort();
        throw error;
      } finally {
        await fleet.stop();
      }
    },
  };
}
