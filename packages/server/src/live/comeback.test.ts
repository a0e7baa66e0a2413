import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { agentIdOf, newHomeId } from '@nightlatch/protocol/ids';
import { createTickets } from '../agents/tickets.ts';
import { createComeback } from './comeback.ts';
import { createSlots } from './slots.ts';

const HOUR = 3_600_000;

test('a clock that leaps ahead has a session prolonged once, and not at every look until it is made up for', async () => {
  let now = Date.UTC(2026, 1, 16);
  let prolonged = 0;
  const clock = () => now;
  const comeback = createComeback(
    {
      slots: createSlots(),
      tickets: createTickets({ key: randomBytes(32), clock, random: randomBytes }),
      agents: {
        prolong: async () => {
          prolonged += 1;
          return now + 48 * HOUR;
        },
      },
      clock,
    },
    {
      what: 'link',
      tokenHash: createHash('sha256').update('token').digest('base64url'),
      agent: agentIdOf(randomBytes(32)),
      home: newHomeId(randomBytes),
      sessionExpiresAt: now + HOUR,
    },
  );
  assert.equal(await comeback.renewed(), undefined);
  now += 1000 * HOUR;
  assert.equal((await comeback.renewed())?.kind, 'slot');
  assert.equal(await comeback.renewed(), undefined);
  assert.equal(prolonged, 1);
  now += HOUR;
  await comeback.renewed();
  assert.equal(prolonged, 2);
});
