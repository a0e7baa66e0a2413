import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openCameraSettings, parseCameraAddress, withoutCredentials } from './cameras.ts';
import { openDataDirectory } from './data-directory.ts';
import { loadIdentity } from './identity.ts';

const random = (count: number) => new Uint8Array(randomBytes(count));
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

async function temporaryDirectory(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'nightlatch-settings-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('passwords and the device key are in files that only their user can read, whatever the umask', async (t) => {
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const directory = join(await temporaryDirectory(t), 'agent');
  using _open = await openDataDirectory(directory);
  await loadIdentity(directory);
  const settings = await openCameraSettings(directory, random);
  await settings.addRtsp({ url: 'rtsp://maria:s3cret@10.0.0.7/stream1', user: '', password: '' });
  assert.equal(await modeOf(directory), 0o700);
  for (const file of ['identity.json', 'cameras.json', 'format.json']) {
    assert.equal(await modeOf(join(directory, file)), 0o600, file);
  }
});

test('a file with passwords that others can read is refused, and says what to do', async (t) => {
  const directory = await temporaryDirectory(t);
  await (await openCameraSettings(directory, random)).addDemo();
  const path = join(directory, 'cameras.json');
  await chmod(path, 0o640);
  await assert.rejects(openCameraSettings(directory, random), /can be read by other users.*chmod 600/s);
  await chmod(path, 0o600);
  assert.equal((await openCameraSettings(directory, random)).list().length, 1);
});

test('the device key is made once and is the same after every start', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await loadIdentity(directory);
  assert.equal((await loadIdentity(directory)).agent, first.agent);
});

test('a damaged file is refused and left as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, 'identity.json');
  await writeFile(path, '{"version":1', { mode: 0o600 });
  await assert.rejects(loadIdentity(directory), /damaged.*Nothing was changed/);
  assert.equal(await readFile(path, 'utf8'), '{"version":1');
});

test('a directory of another version is refused and left as it is', async (t) => {
  const directory = await temporaryDirectory(t);
  (await openDataDirectory(directory))[Symbol.dispose]();
  const path = join(directory, 'format.json');
  await writeFile(path, '{"format":2}');
  await assert.rejects(openDataDirectory(directory), /another version.*format 2.*Nothing was changed/);
  assert.equal(await readFile(path, 'utf8'), '{"format":2}');
});

test('two agents never share a directory, and the lock goes with its owner', async (t) => {
  const directory = await temporaryDirectory(t);
  const first = await openDataDirectory(directory);
  await assert.rejects(openDataDirectory(directory), /Another agent is using/);
  first[Symbol.dispose]();
  (await openDataDirectory(directory))[Symbol.dispose]();
});

test('user and password are taken out of an address, and stay in their own fields', () => {
  assert.deepEqual(
    parseCameraAddress({ url: ' rtsp://a%40b:p%3Aw@cam.local:8554/one?x=1 ', user: '', password: '' }),
    {
      url: 'rtsp://cam.local:8554/one?x=1',
      user: 'a@b',
      password: 'p:w',
    },
  );
  for (const url of ['http://cam.local/', 'rtsp://', 'cam.local', 'file:///etc/passwd']) {
    assert.throws(() => parseCameraAddress({ url, user: '', password: '' }), /not the address of a camera/);
  }
  assert.equal(withoutCredentials('http://me:secret@cam/'), 'http://cam/');
  assert.equal(withoutCredentials('me:secret@cam'), '');
});

test('a kept password goes to no other host than the one that it was given for', async (t) => {
  const settings = await openCameraSettings(await temporaryDirectory(t), random);
  const { camera } = await settings.addRtsp({
    url: 'rtsp://10.0.0.7/one',
    user: 'maria',
    password: 's3cret',
  });
  const change = async (url: string) => {
    const setting = await settings.changeRtsp(camera, { url, user: 'maria', password: '' });
    return setting?.source === 'rtsp' ? setting.password : undefined;
  };
  assert.equal(await change('rtsp://10.0.0.7/two'), 's3cret');
  assert.equal(await change('rtsp://10.0.0.8/two'), '');
});

test('the same camera given twice stays one camera', async (t) => {
  const directory = await temporaryDirectory(t);
  const settings = await openCameraSettings(directory, random);
  const [first, second] = await Promise.all([
    settings.addRtsp({ url: 'rtsp://10.0.0.7/one', user: '', password: '' }),
    settings.addRtsp({ url: 'rtsp://u:p@10.0.0.7/one', user: '', password: '' }),
  ]);
  assert.equal(first.camera, second.camera);
  assert.deepEqual((await openCameraSettings(directory, random)).list(), [second]);
});
