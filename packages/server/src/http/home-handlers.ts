import type { RouteName } from '@nightlatch/protocol/routes';
import type { Handlers } from './handler.ts';
import { handle as agentChallenge } from './routes/agent/challenge.ts';
import { handle as createUpload } from './routes/agent/create-upload.ts';
import { handle as getPairing } from './routes/agent/get-pairing.ts';
import { handle as headUpload } from './routes/agent/head-upload.ts';
import { handle as agentLink } from './routes/agent/link.ts';
import { handle as openPairing } from './routes/agent/open-pairing.ts';
import { handle as patchUpload } from './routes/agent/patch-upload.ts';
import { handle as putEvent } from './routes/agent/put-event.ts';
import { handle as putEvents } from './routes/agent/put-events.ts';
import { handle as putGap } from './routes/agent/put-gap.ts';
import { handle as readAgentLog } from './routes/agent/read-log.ts';
import { handle as agentReport } from './routes/agent/report.ts';
import { handle as agentSession } from './routes/agent/session.ts';
import { handle as listCameras } from './routes/cameras/list.ts';
import { handle as getEvent } from './routes/events/get.ts';
import { handle as listEvents } from './routes/events/list.ts';
import { handle as setFavourite } from './routes/favourites/set.ts';
import { handle as unsetFavourite } from './routes/favourites/unset.ts';
import { handle as appendHomeLog } from './routes/home-log/append.ts';
import { handle as readHomeLog } from './routes/home-log/read.ts';
import { handle as createHome } from './routes/homes/create.ts';
import { handle as watchLive } from './routes/live/watch.ts';
import { handle as getObject } from './routes/objects/get.ts';
import { handle as acceptPairing } from './routes/pairings/accept.ts';
import { handle as claimPairing } from './routes/pairings/claim.ts';
import { handle as createReport } from './routes/reports/create.ts';
import { handle as getRetention } from './routes/retention/get.ts';
import { handle as setRetention } from './routes/retention/set.ts';
import { handle as openStream } from './routes/stream/open.ts';

/** Handlers of the routes of homes, events and agents. */
export const homeHandlers = {
  'homes.create': createHome,
  'home-log.read': readHomeLog,
  'home-log.append': appendHomeLog,
  'pairings.claim': claimPairing,
  'pairings.accept': acceptPairing,
  'cameras.list': listCameras,
  'events.list': listEvents,
  'events.get': getEvent,
  'favourites.set': setFavourite,
  'favourites.unset': unsetFavourite,
  'retention.get': getRetention,
  'retention.set': setRetention,
  'objects.get': getObject,
  'stream.open': openStream,
  'live.watch': watchLive,
  'reports.create': createReport,
  'agent.challenge': agentChallenge,
  'agent.session': agentSession,
  'agent.open-pairing': openPairing,
  'agent.get-pairing': getPairing,
  'agent.report': agentReport,
  'agent.link': agentLink,
  'agent.read-log': readAgentLog,
  'agent.put-event': putEvent,
  'agent.put-events': putEvents,
  'agent.put-gap': putGap,
  'agent.create-upload': createUpload,
  'agent.head-upload': headUpload,
  'agent.patch-upload': patchUpload,
} as const satisfies Partial<Handlers<RouteName>>;
