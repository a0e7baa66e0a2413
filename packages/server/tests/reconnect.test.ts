import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { NightlatchError } from '@nightlatch/protocol/errors';
import { createTickets } from '../src/agents/tickets.ts';
import { openHub } from '../src/hub/hub.ts';
import { composeMedia } from '../src/media.ts';
import { type ListeningCloud, newListeningCloud } from './support/listening.ts';
import { connectSocket, inboxOf, openLink, openViewer } from './support/live.ts';
import { newSide, type Side } from './support/side.ts';

const HOUR = 3_600_000;
const time = { ahead: 0 };
const missed: (() => void)[] = [];
/** What answers instead of the gate, or after it. */
let insteadOfGate: ListeningCloud['cloud']['gate']['link'] | undefined;

const cloud: ListeningCloud = await newListeningCloud({
  outside: {
    clock: () => Date.now() + time.ahead,
    media: async (foundation) => {
      const hub = await openHub(foundation);
      const onMissed: typeof hub.onMissed = (hear) => {
        missed.push(hear);
        return hub.onMissed(hear);
      };
      const media = await composeMedia(foundation, { hub: { ...hub, onMissed } });
      const { gate } = media;
      return { ...media, gate: { ...gate, link: (asked) => (insteadOfGate ?? gate.link)(asked) } };
    },
  },
});
const side = await newSide(cloud);
const url = new URL('/api/agent/link', cloud.url);
const told = async ({ agent }: Side = side): Promise<string> =>
  `Ticket ${(await openLink(cloud, agent)).told.ticket}`;

async function refused(
  authorization: string,
  status = 401,
  of: { url: URL; headers?: Record<string, string> } = { url },
): Promise<void> {
  const answer = await connectSocket(of.url, { ...of.headers, authorization });
  assert.ok('status' in answer, 'the link was opened');
  assert.equal(answer.status, status, answer.body);
}
const endPin = ({ household, agent }: Side) =>
  cloud.owner`update agent_pins set validity = tstzrange(lower(validity), now())
    where home_id = ${household.home} and agent_id = ${agent.device.agent}`;

test('an agent comes back by its ticket alone, and people see its cameras', async () => {
  const link = await openLink(cloud, side.agent, await told());
  await openViewer(cloud, side);
  await link.order('watch');
  const { slot, ticketExpiresAt } = link.told;
  assert.ok(slot.position >= 0 && slot.position < 1 && slot.windowMilliseconds >= 1000);
  assert.ok(ticketExpiresAt > Date.now() + 24 * HOUR);
});

test('a stranger has no ticket: of another cloud, made up, cut off, or none', async () => {
  const ticket = await told();
  const other = createTickets({ key: randomBytes(32), clock: Date.now, random: randomBytes });
  const { agent, household } = side;
  const tokenHash = randomBytes(32).toString('base64url');
  const asked = { tokenHash, agent: agent.device.agent, home: household.home };
  await refused(`Ticket ${other.issue(asked, Date.now() + HOUR).ticket}`);
  // Under this cloud's own key, but no session stands behind it.
  await refused(`Ticket ${cloud.cloud.tickets.issue(asked, Date.now() + HOUR).ticket}`);
  for (const cut of [ticket.slice(0, -1), ticket.slice(0, ticket.lastIndexOf('.')), 'Ticket', 'Ticket '])
    await refused(cut);
  await refused(`${ticket}${'A'.repeat(600)}`);
});

test('another agent’s ticket opens that one’s link and nobody else’s, and no word of it can be another’s', async () => {
  const other = await newSide(cloud);
  const [mine, theirs] = [await told(), await told(other)];
  const words = (ticket: string): string[] => ticket.slice('Ticket '.length).split('.');
  for (const place of [4, 5, 6]) {
    const mixed = words(theirs);
    mixed[place] = words(mine)[place] ?? '';
    await refused(`Ticket ${mixed.join('.')}`);
  }
  // Even signed: a session of the other's does not open this home, nor its pin this agent.
  const [, , , , tokenHash = ''] = words(theirs);
  const asked = { tokenHash, agent: side.agent.device.agent, home: side.household.home };
  for (const crossed of [asked, { ...asked, agent: other.agent.device.agent }])
    await refused(`Ticket ${cloud.cloud.tickets.issue(crossed, Date.now() + HOUR).ticket}`);
  await openLink(cloud, other.agent, theirs);
});

test('a ticket that has run out opens nothing', async () => {
  const ticket = await told();
  time.ahead = 49 * HOUR;
  await refused(ticket);
  time.ahead = 0;
  await openLink(cloud, side.agent, ticket);
});

test('a ticket opens nothing from the moment when its session ends or its agent is removed, and ends its link', async () => {
  const ended = await newSide(cloud);
  const removed = await newSide(cloud);
  for (const { gone, end } of [
    {
      gone: ended,
      end: () => cloud.owner`delete from agent_sessions where agent_id = ${ended.agent.device.agent}`,
    },
    { gone: removed, end: () => endPin(removed) },
  ]) {
    const ticket = await told(gone);
    const link = await openLink(cloud, gone.agent, ticket);
    await end();
    await refused(ticket);
    for (const hear of missed) hear();
    assert.equal(await link.closed, 4403);
    await refused(ticket);
  }
});

test('a gate that does not answer opens nothing, and says when to come again', async () => {
  const ticket = await told();
  insteadOfGate = () => Promise.reject(new NightlatchError('unavailable', 'the database is away'));
  await refused(ticket, 503);
  insteadOfGate = undefined;
  await openLink(cloud, side.agent, ticket);
});

test('what changes after the gate has answered, and before there is the link, ends it at once', async () => {
  const changing = await newSide(cloud);
  const ticket = await told(changing);
  const { gate, hub } = cloud.cloud;
  const askGate = gate.link;
  insteadOfGate = async (asked) => {
    insteadOfGate = undefined;
    const grant = await askGate(asked);
    const heard = Promise.withResolvers<void>();
    const stop = hub.onAccess(changing.agent.device.agent, () => heard.resolve());
    await endPin(changing);
    await heard.promise;
    stop();
    return grant;
  };
  const link = await openLink(cloud, changing.agent, ticket);
  assert.equal(await link.closed, 4403);
});

test('however the address of the link is spelled, it has the same locks', async () => {
  const ticket = await told();
  for (const spelled of ['/api/agent/%6cink', '/api/agent/link?', '/%61pi/agent/link']) {
    const other = { url: new URL(spelled, cloud.url) };
    await refused('Ticket 1.2.3', 401, other);
    const answer = await connectSocket(other.url, { authorization: ticket });
    assert.ok(!('status' in answer), spelled);
    answer.terminate();
  }
});

test('a ticket opens the link and nothing else, from its header and from nowhere else', async () => {
  const authorization = await told();
  for (const name of ['agent.report', 'agent.read-log', 'agent.put-event'] as const) {
    const answer = await side.agent.call(name, {
      params: { event: side.event.event },
      ...(name === 'agent.read-log' ? {} : { input: {} }),
      headers: { authorization },
    });
    assert.equal(answer.status, 401, name);
  }
  const inUrl = new URL(`?ticket=${authorization.slice('Ticket '.length)}`, url);
  await refused('', 401, { url: inUrl });
  await refused(authorization, 400, { url, headers: { cookie: side.household.browser.cookie ?? '' } });
  assert.ok(!cloud.logged.some((line) => line.includes(authorization.slice('Ticket '.length, -50))));
});

test('an agent that is there has its session prolonged before it ends, and a ticket that lasts as long', async () => {
  const link = await openLink(cloud, side.agent);
  await cloud.owner`update agent_sessions set expires_at = now() + interval '3 hours'
    where agent_id = ${side.agent.device.agent}`;
  time.ahead = 1.1 * HOUR;
  for (const hear of missed) hear();
  const again = await link.order('slot');
  time.ahead = 0;
  assert.notEqual(again.ticket, link.told.ticket);
  assert.ok(again.ticketExpiresAt > Date.now() + 40 * HOUR);

  await cloud.owner`update agent_sessions set started_at = now() - interval '29 days', expires_at = now() + interval '1 hour'
    where agent_id = ${side.agent.device.agent}`;
  time.ahead = 2.2 * HOUR;
  for (const hear of missed) hear();
  const last = await link.order('slot');
  time.ahead = 0;
  assert.ok(
    last.ticketExpiresAt < Date.now() + 25 * HOUR,
    'a month after it proved its key it proves it again',
  );
  link.socket.close();
  await inboxOf(link.socket).closed;
});
