import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

/** What tests with a camera, a browser or Redis need of the system, by its name in Debian. */
const TEST_PACKAGES = [
  'chromium',
  'python3-gi',
  'gir1.2-gst-rtsp-server-1.0',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-ugly',
  'redis-server',
];
const INSTALL_MILLISECONDS = 600_000;

const isInstalled = (name: string): boolean => {
  const asked = spawnSync('dpkg', ['--status', name], { encoding: 'utf8' });
  return asked.status === 0 && asked.stdout.includes('Status: install ok installed');
};

function apt(...parameters: string[]): boolean {
  console.log(`apt-get ${parameters.join(' ')}`);
  const done = spawnSync('apt-get', parameters, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: INSTALL_MILLISECONDS,
  });
  return done.status === 0;
}

const listsAreThere = (): boolean =>
  existsSync('/var/lib/apt/lists') &&
  readdirSync('/var/lib/apt/lists').some((file) => /_Packages(\.\w+)?$/.test(file));

/** ... and the benchmarks of the live view, for what they compare it with. */
export const BENCH_PACKAGES = [...TEST_PACKAGES, 'ffmpeg'];

/**
 * Installs what is missing where that is allowed (root on Debian); otherwise the answer says what to install, and what
 * needs it fails for it.
 */
export function meetRequirements(packages: readonly string[] = TEST_PACKAGES): string | undefined {
  if (!existsSync('/usr/bin/dpkg'))
    return existsSync('/usr/bin/chromium') || process.env.CHROMIUM !== undefined
      ? undefined
      : 'These tests need Chromium (its path in CHROMIUM, or /usr/bin/chromium) and the RTSP server of GStreamer with its Python bindings.';
  const missing = packages.filter((name) => !isInstalled(name));
  if (missing.length === 0) return undefined;
  const toDo = `Packages that are needed here are missing. Run: apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return toDo;
  const install = () => apt('install', '-y', '-q', '--no-install-recommends', ...missing);
  const fresh = !listsAreThere();
  if (fresh) apt('update', '-q');
  // Old lists name files that are gone from the archive.
  const done = install() || (!fresh && apt('update', '-q') && install());
  return done ? undefined : toDo;
}
