import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { promisify } from 'node:util';

/**
 * What tests with a camera, a browser or Redis need of the system, by its name in Debian. The Chromium without a window
 * plays and shows what the other does, for a third less processor time, and comes without GTK.
 */
const TEST_PACKAGES = [
  'chromium-headless-shell',
  'python3-gi',
  'gir1.2-gst-rtsp-server-1.0',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
  'redis-server',
];
/** ... and the benchmarks of the live view, for what they compare it with. */
export const BENCH_PACKAGES = [...TEST_PACKAGES, 'chromium', 'ffmpeg'];
const INSTALL_MILLISECONDS = 600_000;

const execute = promisify(execFile);

async function isInstalled(name: string): Promise<boolean> {
  const asked = await execute('dpkg', ['--status', name]).catch(() => undefined);
  return asked?.stdout.includes('Status: install ok installed') === true;
}

async function apt(...parameters: string[]): Promise<boolean> {
  console.log(`apt-get ${parameters.join(' ')}`);
  try {
    await execute('apt-get', parameters, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout: INSTALL_MILLISECONDS,
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

const listsAreThere = (): boolean =>
  existsSync('/var/lib/apt/lists') &&
  readdirSync('/var/lib/apt/lists').some((file) => /_Packages(\.\w+)?$/.test(file));

/**
 * Installs what is missing where that is allowed (root on Debian); otherwise the answer says what to install, and what
 * needs it fails for it.
 */
export async function meetRequirements(
  packages: readonly string[] = TEST_PACKAGES,
): Promise<string | undefined> {
  if (!existsSync('/usr/bin/dpkg'))
    return existsSync('/usr/bin/chromium') || process.env.CHROMIUM !== undefined
      ? undefined
      : 'These tests need Chromium (its path in CHROMIUM, or /usr/bin/chromium) and the RTSP server of GStreamer with its Python bindings.';
  const installed = await Promise.all(packages.map(isInstalled));
  const missing = packages.filter((_, at) => installed[at] !== true);
  if (missing.length === 0) return undefined;
  const toDo = `Packages that are needed here are missing. Run: apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return toDo;
  const install = () => apt('install', '-y', '-q', '--no-install-recommends', ...missing);
  const fresh = !listsAreThere();
  if (fresh) await apt('update', '-q');
  // Old lists name files that are gone from the archive.
  const done = (await install()) || (!fresh && (await apt('update', '-q')) && (await install()));
  return done ? undefined : toDo;
}

let met: Promise<string | undefined> | undefined;

/** The same for the tests, once in a run: whoever calls it early lets it install while others work. */
export function testRequirements(): Promise<string | undefined> {
  met ??= meetRequirements();
  return met;
}
