import type { AgentReport } from '@nightlatch/protocol/agents';
import type { CameraState } from '@nightlatch/protocol/events';
import type { CameraId } from '@nightlatch/protocol/ids';
import type { RunningCamera, startCamera } from './camera/supervisor.ts';
import type { LiveMessage } from './recorder/live-feed.ts';
import { type CameraSealer, createCameraSealer, type SealTrouble } from './seal/camera-sealer.ts';
import type { EpochOf } from './seal/epoch.ts';
import type { SealParts } from './seal/recording-sealer.ts';
import type { CameraSetting, CameraSettings } from './settings/cameras.ts';

export interface CameraShown {
  readonly setting: CameraSetting;
  readonly state: CameraState;
}

/** The cameras of this agent, each with its process and its sealer. */
export interface Fleet {
  /** Brings what runs in line with the settings and the home log. */
  refresh(): Promise<void>;
  cameras(): CameraShown[];
  report(): Promise<AgentReport>;
  /** Somebody watches the camera, under this number, from now on and whatever becomes of it; null: nobody does. */
  setLive(camera: CameraId, take: number | null): void;
  /** A camera that may not record yet, because the owner has not added it or given it a key. */
  isWaiting(): boolean;
  stop(): Promise<void>;
}

export interface FleetParts extends SealParts {
  readonly settings: CameraSettings;
  readonly epochOf: EpochOf;
  readonly startCamera: typeof startCamera;
  readonly log: Parameters<typeof startCamera>[0]['log'] & { error(fields: object, message: string): void };
  readonly now: () => number;
  /** Random, from 0 to 1. */
  readonly fraction: () => number;
  readonly onState: (camera: CameraId, state: CameraState) => void;
  readonly onLive: (camera: CameraId, message: LiveMessage) => void;
}

interface Member {
  setting: CameraSetting;
  readonly running: RunningCamera;
  readonly sealer: CameraSealer;
  told: CameraState;
  /** Since when there has been no room for its recordings. */
  fullSince: number | null;
}

const sourceOf = (setting: CameraSetting) =>
  setting.source === 'demo'
    ? ({ kind: 'demo' } as const)
    : {
        kind: 'rtsp' as const,
        url: setting.url,
        ...(setting.user === '' ? {} : { user: setting.user, password: setting.password }),
      };

const same = (one: CameraSetting, other: CameraSetting): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

export function createFleet(parts: FleetParts): Fleet {
  const { settings, epochOf, log, now } = parts;
  const members = new Map<CameraId, Member>();
  /** The cameras that are watched, also while they are away. */
  const takes = new Map<CameraId, number>();
  let stopped = false;
  let turn: Promise<void> = Promise.resolve();

  const stateOf = (member: Member): CameraState =>
    member.fullSince === null
      ? member.told
      : { state: 'offline', reason: 'disk-full', since: member.fullSince };
  const setFull = (member: Member, full: boolean): void => {
    if (full === (member.fullSince !== null)) return;
    member.fullSince = full ? now() : null;
    parts.onState(member.setting.camera, stateOf(member));
  };
  const start = (setting: CameraSetting): void => {
    const { camera } = setting;
    const onTrouble = (trouble: SealTrouble | null, error: unknown): void => {
      if (trouble !== null) log.error({ camera, error }, 'a recording could not be kept, or not to its end');
      setFull(member, trouble === 'disk-full');
    };
    const sealer = createCameraSealer({ ...parts, camera, onTrouble });
    const running = parts.startCamera({
      camera,
      source: sourceOf(setting),
      armed: epochOf(camera) !== null,
      onMessage: async (message) => {
        if (message.kind !== 'state') return sealer.take(message);
        member.told = message.state;
        parts.onState(camera, stateOf(member));
      },
      onLive: (message) => parts.onLive(camera, message),
      log,
      now,
      random: parts.fraction,
    });
    const told: CameraState = { state: 'connecting', since: now(), reason: null };
    const member: Member = { setting, running, sealer, told, fullSince: null };
    members.set(camera, member);
    const take = takes.get(camera);
    if (take !== undefined) running.setLive(take);
  };
  const end = async (member: Member): Promise<void> => {
    members.delete(member.setting.camera);
    await member.running.stop();
    await member.sealer.stop();
  };
  const reconcile = async (): Promise<void> => {
    const wanted = new Map(settings.list().map((setting) => [setting.camera, setting]));
    for (const member of [...members.values()]) {
      const setting = wanted.get(member.setting.camera);
      if (setting === undefined || !same(setting, member.setting)) await end(member);
    }
    for (const setting of wanted.values()) {
      if (stopped) return;
      const member = members.get(setting.camera);
      if (member === undefined) start(setting);
      else member.running.setArmed(epochOf(setting.camera) !== null);
    }
  };

  return {
    refresh: () => {
      turn = turn.catch(() => undefined).then(reconcile);
      return turn;
    },
    cameras: () =>
      [...members.values()].map((member) => ({ setting: member.setting, state: stateOf(member) })),
    report: async () => {
      const { full } = await parts.spool.usage();
      if (full === null) for (const member of members.values()) setFull(member, false);
      return {
        cameras: [...members.values()].map((member) => ({
          camera: member.setting.camera,
          source: member.setting.source,
          state: stateOf(member),
        })),
      };
    },
    setLive: (camera, take) => {
      if (take === null) takes.delete(camera);
      else takes.set(camera, take);
      const member = members.get(camera);
      if (member !== undefined) member.running.setLive(take);
      else if (take !== null) parts.onLive(camera, { kind: 'end', take });
    },
    isWaiting: () => [...members.keys()].some((camera) => epochOf(camera) === null),
    stop: async () => {
      stopped = true;
      await turn.catch(() => undefined);
      await Promise.all([...members.values()].map(end));
    },
  };
}
