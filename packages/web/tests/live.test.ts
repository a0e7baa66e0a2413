import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { atHome, colourOf, look, until, untilColour } from './support/at-home.ts';
import { axeFindings } from './support/axe.ts';
import type { Visitor } from './support/browser.ts';
import { COLOURS } from './support/colour-clip.ts';
import { type EventCloud, startEventCloud } from './support/event-cloud.ts';
import type { StubLiveCamera } from './support/live-agent.ts';
import { makeHome } from './support/sealed-home.ts';

const VIDEO = '.live video';

let cloud: EventCloud;
let camera: StubLiveCamera;
let visitor: Visitor;
before(async () => {
  cloud = await startEventCloud(await makeHome());
  camera = cloud.live.at(0);
  visitor = await atHome(cloud, '/cameras');
});
after(() => cloud[Symbol.asyncDispose]());

/** Opens the camera anew, with nothing left of the test before. */
async function open(wanted = camera) {
  Object.assign(camera.cross, { grant: undefined, record: undefined, before: undefined });
  camera.stand(false);
  cloud.live.door.refused = null;
  await visitor.page.goto(`/cameras/${wanted.camera}`);
}
const shows = async (colour: number) => {
  camera.show(colour);
  await untilColour(visitor, VIDEO, COLOURS[colour]);
};
const nobodyWatches = () =>
  until(
    async () => camera.watchers.size,
    (size) => size === 0,
  );
const says = (words: string | RegExp) => visitor.page.locator('.live-words').getByText(words).waitFor();
const setVisibility = (state: 'visible' | 'hidden') =>
  visitor.page.evaluate(`(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);
/** Requests since `open`. */
async function asked<T>(run: () => Promise<T>): Promise<number> {
  const before = cloud.live.requests.length;
  await run();
  return cloud.live.requests.length - before;
}

test('a camera pressed becomes its live picture, its pixels change with what it sees, and leaving ends it', async () => {
  camera.show(2);
  await visitor.page.getByRole('link', { name: 'Live picture of Front door' }).click();
  await visitor.page.locator('.live-badge').waitFor();
  await untilColour(visitor, VIDEO, COLOURS[2]);
  await shows(4);
  assert.equal(camera.watchers.size, 1);
  await visitor.page.getByRole('link', { name: 'Cameras', exact: true }).click();
  await nobodyWatches();
});

test('records that were left out are jumped over at the next key frame, on the same socket', async () => {
  const count = await asked(async () => {
    await open();
    await shows(1);
    let left = 0;
    camera.cross.record = ({ bytes, keyFrame }) => (left < 14 && (keyFrame || left++ < 14) ? [] : [bytes]);
    await until(
      async () => left,
      (number) => number >= 14,
    );
    camera.cross.record = ({ bytes }) => [bytes];
    await shows(3);
    const spans = await look<number>(visitor, `document.querySelector('${VIDEO}').buffered.length`);
    assert.ok(spans > 1, 'there is a hole');
  });
  assert.equal(count, 1);
});

test('a new broadcast on the same socket begins anew', async () => {
  const count = await asked(async () => {
    await open();
    await shows(1);
    await camera.beginAnew();
    await shows(5);
  });
  assert.equal(count, 1);
});

test('a slow start is no failure: it says what it waits for, and then plays', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const count = await asked(async () => {
    await open();
    await nobodyWatches();
    camera.cross.before = () => held;
    await visitor.page.reload();
    await says('Asking your camera…');
    letGo();
    await shows(6);
  });
  assert.ok(count <= 2);
});

test('a picture that stands still says so and starts again by itself', async () => {
  await open();
  await shows(1);
  camera.stand(true);
  await says('The picture stood still. Starting it again…');
  camera.stand(false);
  await shows(3);
  await visitor.page.locator('.live-badge').waitFor();
});

test('a hidden tab is sent nothing, and comes back at the live edge', async () => {
  await open();
  await shows(1);
  await setVisibility('hidden');
  await nobodyWatches();
  camera.show(7);
  await setVisibility('visible');
  await untilColour(visitor, VIDEO, COLOURS[7]);
  await until(
    () =>
      look<number>(
        visitor,
        `(({ buffered, currentTime }) => buffered.end(buffered.length - 1) - currentTime)(document.querySelector('${VIDEO}'))`,
      ),
    (behind) => behind < 0.4,
  );
});

test('a camera that goes offline is said so, and its return is seen on the same socket', async () => {
  const count = await asked(async () => {
    await open();
    await shows(1);
    camera.trouble('camera-offline');
    await says('The camera sends no picture.');
    await camera.beginAnew();
    await shows(3);
  });
  assert.equal(count, 1);
});

test('an agent that is away, and a lost connection, are said so, and both are asked again', async () => {
  await open();
  await shows(1);
  camera.stand(true);
  camera.trouble('agent-offline');
  await says('No word from the agent at home.');
  camera.stand(false);
  await shows(3);
  cloud.live.door.refused = 503;
  camera.cut(1011);
  await says('The connection is lost. Trying again…');
  cloud.live.door.refused = null;
  await shows(5);
});

test('access that has ended takes the picture away for good, whether it was said or cut off', async () => {
  await open();
  await shows(1);
  camera.cut(4403);
  await says('Live view has ended.');
  assert.equal(await colourOf(visitor, VIDEO), null);
  await visitor.page.getByRole('button', { name: 'Try again' }).click();
  await shows(3);
  cloud.live.door.refused = 404;
  camera.cut(1011);
  await says('Live view has ended.');
  assert.equal(await colourOf(visitor, VIDEO), null);
});

test('a camera that is not in the home log is not even asked for', async () => {
  const count = await asked(async () => {
    await visitor.page.goto('/cameras/cam_00000000000000000000000000');
    await visitor.page.getByRole('heading', { name: 'There is no such camera' }).waitFor();
  });
  assert.equal(count, 0);
});

test('pausing ends the upload; a snapshot is a JPEG of what was seen, named by camera and time', async () => {
  await open();
  await shows(2);
  assert.equal(await visitor.page.getByRole('button', { name: /Sound/ }).count(), 0, 'it has no sound');
  const [download] = await Promise.all([
    visitor.page.waitForEvent('download'),
    visitor.page.keyboard.press('s'),
  ]);
  assert.match(download.suggestedFilename(), /^Front door \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d\.jpg$/);
  const jpeg = await readFile(await download.path());
  const colour = await look<number[]>(
    visitor,
    `(async () => {
      const bytes = Uint8Array.from(atob('${jpeg.toString('base64')}'), (letter) => letter.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      canvas.getContext('2d').drawImage(picture, 0, 0);
      const { data } = canvas.getContext('2d').getImageData(10, 10, 1, 1);
      return [picture.width, picture.height, data[2]];
    })()`,
  );
  assert.deepEqual(colour.slice(0, 2), [320, 180]);
  assert.ok((colour[2] ?? 0) > 200, 'it is blue');
  await visitor.page.keyboard.press('k');
  await says('Paused. Nothing is sent from your home.');
  await nobodyWatches();
  await visitor.page.getByRole('button', { name: 'Play' }).click();
  await shows(5);
  await visitor.page.keyboard.press('f');
  await until(
    () => look<boolean>(visitor, 'document.fullscreenElement?.className === "live"'),
    (full) => full,
  );
  await visitor.page.keyboard.press('f');
});

test('in a window of its own the picture runs on while the tab is hidden, and ends with that window', async () => {
  await open();
  await shows(2);
  const isInWindow = () => look<boolean>(visitor, 'document.pictureInPictureElement !== null');
  await visitor.page.keyboard.press('p');
  await until(isInWindow, (yes) => yes);
  await setVisibility('hidden');
  await shows(4);
  assert.equal(camera.watchers.size, 1);
  await visitor.page.evaluate('document.exitPictureInPicture()');
  await nobodyWatches();
  await setVisibility('visible');
  await shows(6);
});

test('a browser that plays nothing unasked is asked by a press on the button, and nothing is sent until then', async () => {
  await open();
  await visitor.page.evaluate(`
    window.playAsEver = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('not unasked', 'NotAllowedError'));
  `);
  await setVisibility('hidden');
  await nobodyWatches();
  await setVisibility('visible');
  await visitor.page.getByRole('button', { name: 'Play' }).waitFor();
  await nobodyWatches();
  await visitor.page.evaluate('HTMLMediaElement.prototype.play = window.playAsEver');
  await visitor.page.getByRole('button', { name: 'Play' }).click();
  await shows(3);
});

test('a decoder that takes nothing is not asked for ever: it is said, and trying again is offered', async () => {
  await open();
  await shows(1);
  const count = await asked(async () => {
    await visitor.page.evaluate(`
      window.appendAsEver = SourceBuffer.prototype.appendBuffer;
      SourceBuffer.prototype.appendBuffer = () => { throw new DOMException('broken', 'InvalidStateError'); };
    `);
    await says('This browser could not play the picture.');
    await nobodyWatches();
  });
  assert.equal(count, 3, 'four failures, the first of them on the socket that was open');
  await visitor.page.evaluate('SourceBuffer.prototype.appendBuffer = window.appendAsEver');
  await visitor.page.getByRole('button', { name: 'Try again' }).click();
  await shows(5);
});

test('a camera with sound plays without it at first, and with it when it is asked for', async () => {
  const garden = cloud.live.at(1);
  garden.show(2);
  await open(garden);
  await untilColour(visitor, VIDEO, COLOURS[2]);
  const isMuted = () => look<boolean>(visitor, `document.querySelector('${VIDEO}').muted`);
  assert.equal(await isMuted(), true);
  await visitor.page.getByRole('button', { name: 'Sound on' }).click();
  await visitor.page.getByRole('button', { name: 'Sound off' }).waitFor();
  assert.equal(await isMuted(), false);
  garden.show(1);
  await untilColour(visitor, VIDEO, COLOURS[1]);
  // Its sound stops coming, as it does where the way from home is narrow: the pictures go on without it.
  garden.cross.record = ({ bytes, isSound }) => (isSound ? [] : [bytes]);
  await until(isMuted, (muted) => muted);
  garden.show(3);
  await untilColour(visitor, VIDEO, COLOURS[3]);
  Object.assign(garden.cross, { record: undefined });
});

test('all cameras are seen at once, on a phone and on a desk, with nothing for axe to find', async () => {
  await open();
  camera.show(1);
  cloud.live.at(1).show(3);
  await visitor.page.getByRole('link', { name: 'Live', exact: true }).click();
  for (const width of [390, 1440]) {
    await visitor.page.setViewportSize({ width, height: 900 });
    await untilColour(visitor, '.live-tile:first-child video', COLOURS[1]);
    await untilColour(visitor, '.live-tile:last-child video', COLOURS[3]);
    assert.deepEqual(await axeFindings(visitor.page), [], `${width}`);
  }
  await visitor.page.getByRole('link', { name: /Front door/ }).click();
  await visitor.page.locator('.live-controls').waitFor();
  await untilColour(visitor, VIDEO, COLOURS[1]);
  for (const width of [1440, 390]) {
    await visitor.page.setViewportSize({ width, height: 844 });
    assert.deepEqual(await axeFindings(visitor.page), [], `${width}`);
  }
});

test('where there is only a ManagedMediaSource, as on an iPhone, that plays', async () => {
  await visitor.context.addInitScript(`
    window.ManagedMediaSource = window.MediaSource;
    delete window.MediaSource;
  `);
  await open();
  await shows(4);
  assert.equal(
    await look<boolean>(visitor, `document.querySelector('${VIDEO}').disableRemotePlayback`),
    true,
  );
});

test('nothing of all this was a mismatch, nor an error of a script', () => {
  assert.deepEqual(cloud.reports, []);
  assert.deepEqual(
    visitor.troubles.filter((trouble) => !trouble.includes('WebSocket connection')),
    [],
  );
});
