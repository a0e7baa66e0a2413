import type { RouteName } from '@nightlatch/protocol/routes';
import type { Priority } from '../admission/admission.ts';

/** How urgent each route is. What takes access away is before everything that needs access. */
export const PRIORITY_OF: Readonly<Record<RouteName, Priority>> = {
  'health.get': 'health',

  logout: 'revocation',
  'sessions.end': 'revocation',
  'passphrase.start': 'revocation',
  'passphrase.finish': 'revocation',
  // A member who was removed, a new epoch; and how agents learn of it.
  'home-log.append': 'revocation',
  'agent.read-log': 'revocation',
  // A viewer was handed what it had not asked for.
  'reports.create': 'revocation',

  'live.watch': 'live',
  'agent.link': 'live',
  'agent.challenge': 'live',
  'agent.session': 'live',
  'login.start': 'live',
  'login.finish': 'live',
  'recovery.start': 'live',
  'account.get': 'live',
  'sessions.list': 'live',
  'home-log.read': 'live',

  'signup.start': 'metadata',
  'signup.finish': 'metadata',
  'account.set-recovery': 'metadata',
  'homes.create': 'metadata',
  'pairings.claim': 'metadata',
  'pairings.accept': 'metadata',
  'agent.open-pairing': 'metadata',
  'agent.get-pairing': 'metadata',
  'agent.report': 'metadata',
  'agent.put-event': 'metadata',
  'agent.put-events': 'metadata',
  'agent.put-gap': 'metadata',
  'cameras.list': 'metadata',
  'events.list': 'metadata',
  'events.get': 'metadata',
  'favourites.set': 'metadata',
  'favourites.unset': 'metadata',
  'retention.get': 'metadata',
  'retention.set': 'metadata',
  'stream.open': 'metadata',
  // Somebody looks at it now, and what an agent sends keeps at home.
  'objects.get': 'metadata',

  'agent.create-upload': 'media',
  'agent.head-upload': 'media',
  'agent.patch-upload': 'media',
  'api.page': 'media',
  'api.document': 'media',
};
