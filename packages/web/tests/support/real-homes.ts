import assert from 'node:assert/strict';
import { toBase64Url, utf8 } from '@nightlatch/vault/encoding';
import { sealCameraName } from '@nightlatch/vault/name';
import { type Household, newHousehold } from '../../../server/tests/support/household.ts';
import { type ListeningCloud, newListeningCloud } from '../../../server/tests/support/listening.ts';
import { setRecovery } from '../../../server/tests/support/person.ts';
import type { SealedEvent } from '../../../server/tests/support/sealed-event.ts';
import { pairedAgent } from '../../../server/tests/support/synthetic-agent.ts';
import { newVisitor, type Visitor } from './browser.ts';
import { builtApp } from './built-app.ts';
import { CLIP_TYPE, clipPieces, colourPicture, type Piece } from './colour-clip.ts';
import type { Wires } from './crossed-wires.ts';
import { seedScript } from './seed-script.ts';

/** A home on the real cloud, with one event that has arrived: its picture and its clip begin in one colour. */
export interface RealHome {
  readonly household: Household;
  readonly event: SealedEvent;
}

export interface RealHomes {
  readonly cloud: ListeningCloud;
  readonly ours: RealHome;
  readonly theirs: RealHome;
}

/** The clip's init segment and the one second of this colour, moved to the start. */
function clipOf(colour: number): Piece[] {
  const [init, ...halves] = clipPieces();
  const second = halves.slice(colour * 2, colour * 2 + 2).map(({ bytes }) => bytes.slice());
  const [first, last] = second;
  assert.ok(init && first && last);
  const text = new TextDecoder('latin1').decode(first);
  for (let at = text.indexOf('tfdt'); at >= 0; at = text.indexOf('tfdt', at + 4)) {
    const isLong = first[at + 4] === 1;
    first.fill(0, at + 8, at + (isLong ? 16 : 12));
  }
  return [init, { bytes: first, keyAtMilliseconds: 0 }, { bytes: last, keyAtMilliseconds: null }];
}

async function realHome(cloud: ListeningCloud, name: string, colour: number): Promise<RealHome> {
  const household = await newHousehold(cloud);
  const recovery = await setRecovery(household.browser, household.person);
  assert.equal(recovery.statusCode, 200, recovery.body);
  const agent = await pairedAgent(cloud.url, household);
  const { home } = household;
  const { camera } = agent;
  const epochPublicKey = household.state().cameras.get(camera)?.epochs.get(1)?.publicKey;
  assert.ok(epochPublicKey !== undefined);
  const sealedName = await sealCameraName(name, { home, camera, epoch: 1, epochPublicKey });
  await household.append({ kind: 'name-camera', camera, epoch: 1, sealedName });
  const metadata = {
    ...{ mediaType: CLIP_TYPE, widthPixels: 320, heightPixels: 180 },
    ...{ hasAudio: true, trigger: 'motion', motionBox: null },
  };
  const event = await agent.record(household, {
    startedAt: Date.now() - 3_600_000,
    plain: {
      metadata: utf8(JSON.stringify(metadata)),
      thumbnail: colourPicture(colour),
      clip: clipOf(colour),
    },
  });
  await agent.deliver(event);
  return { household, event };
}

/** Every table of a home but that of reports, so that what is crossed is stopped by nothing in the database. */
const HOME_TABLES = [
  'homes',
  'memberships',
  'home_log',
  'events',
  'objects',
  'deliveries',
  'cameras',
  'gaps',
];

/** Two homes in one cloud, composed as in production, or with crossed wires and without row-level security. */
export async function realHomes(
  colours: { ours: number; theirs: number },
  crossing?: (theirs: () => RealHome | undefined) => Wires,
): Promise<RealHomes> {
  let theirs: RealHome | undefined;
  // Until they have arrived nothing is crossed: the cloud reads an object back when it is whole.
  const media = crossing?.(() => theirs);
  const cloud = await newListeningCloud({
    webDirectory: await builtApp(),
    ...(media === undefined ? {} : { outside: { media } }),
  });
  const ours = await realHome(cloud, 'Front door', colours.ours);
  theirs = await realHome(cloud, 'Bedroom', colours.theirs);
  if (media !== undefined)
    for (const table of HOME_TABLES)
      await cloud.owner.unsafe(`alter table ${table} disable row level security`);
  return { cloud, ours, theirs };
}

/** The browser of a home's owner, logged in: the cookie of the real session, and the keys of the account. */
export async function enter({ url }: ListeningCloud, { household }: RealHome): Promise<Visitor> {
  const visitor = await newVisitor(url.origin);
  const [name = '', value = ''] = (household.browser.cookie ?? '').split('=');
  await visitor.context.addCookies([{ name, value, url: url.origin, httpOnly: true, sameSite: 'Strict' }]);
  // Any page of the origin will do; this one runs no script of its own.
  await visitor.page.goto('/icon.svg');
  const master = JSON.stringify(toBase64Url(household.master));
  await visitor.page.evaluate(`${await seedScript()}\nseeding.seed(${master})`);
  return visitor;
}

/** What the cloud answers the owner of a home, without a browser's eyes on it. */
export async function answerTo(
  { url }: ListeningCloud,
  { household }: RealHome,
  path: string,
): Promise<Buffer> {
  const answer = await fetch(new URL(`/api/homes/${household.home}/${path}`, url), {
    headers: { cookie: household.browser.cookie ?? '' },
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, bytes.toString());
  return bytes;
}
