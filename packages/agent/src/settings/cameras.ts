import { join } from 'node:path';
import { CameraId, newCameraId, type RandomBytes } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { SettingsError, writePrivateFile } from './private-file.ts';
import { readSettings } from './settings-file.ts';

export const CAMERAS_MAX = 64;

/** One camera as the agent knows it. The password never leaves this file but for the camera itself. */
export const CameraSetting = z.discriminatedUnion('source', [
  z.strictObject({
    camera: CameraId,
    source: z.literal('rtsp'),
    url: z.string().max(2048),
    user: z.string().max(256),
    password: z.string().max(256),
  }),
  z.strictObject({ camera: CameraId, source: z.literal('demo') }),
]);
export type CameraSetting = z.infer<typeof CameraSetting>;
export type RtspSetting = Extract<CameraSetting, { source: 'rtsp' }>;

const CamerasFile = z.strictObject({
  version: z.literal(1),
  cameras: z.array(CameraSetting).max(CAMERAS_MAX),
});

/** What a person types: an address, perhaps with user and password in it. */
export interface CameraAddress {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/**
 * Takes an address apart, so that user and password never stand in the URL that is logged or shown.
 * @throws SettingsError with a sentence for the person who typed it; it never repeats what was typed.
 */
export function parseCameraAddress(typed: CameraAddress): CameraAddress {
  const url = URL.parse(typed.url.trim());
  if (url === null || url.hostname === '' || (url.protocol !== 'rtsp:' && url.protocol !== 'rtsps:')) {
    throw new SettingsError(
      'This is not the address of a camera. It begins with rtsp:// and names the camera, such as rtsp://192.168.1.20:554/stream1.',
    );
  }
  try {
    const user = typed.user !== '' ? typed.user : decodeURIComponent(url.username);
    const password = typed.password !== '' ? typed.password : decodeURIComponent(url.password);
    url.username = '';
    url.password = '';
    return { url: url.href, user, password };
  } catch {
    throw new SettingsError(
      'User or password in this address are not written as URLs need it. Give them in their own fields instead.',
    );
  }
}

/** What may be shown again of an address that somebody typed. */
export function withoutCredentials(typed: string): string {
  const url = URL.parse(typed.trim());
  if (url === null || url.host === '') return typed.includes('@') ? '' : typed;
  url.username = '';
  url.password = '';
  return url.href;
}

export interface CameraSettings {
  list(): readonly CameraSetting[];
  /** Adds it, or gives the one that has the same address (its user and password are renewed). */
  addRtsp(address: CameraAddress): Promise<CameraSetting>;
  addDemo(): Promise<CameraSetting>;
  /** An empty password keeps the one there is, unless the host is another. Null where there is no such camera. */
  changeRtsp(camera: CameraId, address: CameraAddress): Promise<CameraSetting | null>;
  remove(camera: CameraId): Promise<boolean>;
}

/** Reads cameras.json; every change is on disk before it is told. */
export async function openCameraSettings(directory: string, random: RandomBytes): Promise<CameraSettings> {
  const path = join(directory, 'cameras.json');
  let cameras: readonly CameraSetting[] = (await readSettings(path, CamerasFile, 1024 * 1024))?.cameras ?? [];
  // Changes come from the page and from the start; one after the other, so that none is lost.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(change: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(change);
    turn = result.catch(() => undefined);
    return result;
  };
  const store = async (next: readonly CameraSetting[]): Promise<void> => {
    const file = CamerasFile.safeParse({ version: 1, cameras: next });
    if (!file.success)
      throw new SettingsError(
        `An agent takes at most ${CAMERAS_MAX} cameras, with short addresses. Nothing was changed.`,
      );
    await writePrivateFile(path, `${JSON.stringify(file.data, null, 2)}\n`);
    cameras = file.data.cameras;
  };
  const replace = (next: CameraSetting) =>
    store(cameras.map((one) => (one.camera === next.camera ? next : one)));

  return {
    list: () => cameras,
    addRtsp: (typed) =>
      inTurn(async () => {
        const address = parseCameraAddress(typed);
        const known = cameras.find((one) => one.source === 'rtsp' && one.url === address.url);
        const camera = known?.camera ?? newCameraId(random);
        const setting: CameraSetting = { camera, source: 'rtsp', ...address };
        await (known === undefined ? store([...cameras, setting]) : replace(setting));
        return setting;
      }),
    addDemo: () =>
      inTurn(async () => {
        const known = cameras.find((one) => one.source === 'demo');
        if (known !== undefined) return known;
        const setting: CameraSetting = { camera: newCameraId(random), source: 'demo' };
        await store([...cameras, setting]);
        return setting;
      }),
    changeRtsp: (camera, typed) =>
      inTurn(async () => {
        const known = cameras.find((one) => one.camera === camera);
        if (known?.source !== 'rtsp') return null;
        const address = parseCameraAddress(typed);
        // A kept password goes to the camera that it was given for, and to no other address.
        const kept = new URL(address.url).host === new URL(known.url).host ? known.password : '';
        const password = address.password === '' ? kept : address.password;
        const setting: CameraSetting = { camera, source: 'rtsp', ...address, password };
        await replace(setting);
        return setting;
      }),
    remove: (camera) =>
      inTurn(async () => {
        if (!cameras.some((one) => one.camera === camera)) return false;
        await store(cameras.filter((one) => one.camera !== camera));
        return true;
      }),
  };
}
