import { z } from 'zod';
import {
  Account,
  LoginFinish,
  LoginStart,
  LoginStarted,
  PassphraseFinish,
  PassphraseStart,
  RecoverySet,
  RecoveryStart,
  Sessions,
  SignupFinish,
  SignupFinished,
  SignupStart,
  SignupStarted,
} from './accounts.ts';
import {
  AgentChallenge,
  AgentReport,
  AgentReported,
  AgentSession,
  AgentSessionStart,
  EVENTS_PUT_BYTES_MAX,
  EventPut,
  EventStored,
  EventsPut,
  EventsStored,
  GapPut,
  UPLOAD_PATCH_BYTES_MAX,
  UploadId,
} from './agents.ts';
import { Cameras, EventRow, EventsPage, EventsQuery, MismatchReport, MismatchReported } from './events.ts';
import { HomeLogAppend, HomeLogHead, HomeLogJws, HomeLogPage } from './homelog.ts';
import { CameraId, EventId, GapId, HomeId, PairingId, SessionId } from './ids.ts';
import { ObjectKind, Revision } from './manifest.ts';
import { PairingAccept, PairingClaim, PairingClaimed, PairingOpen, PairingState } from './pairing.ts';
import { Retention, RetentionSet } from './retention.ts';
import { type Route, route } from './route.ts';

const inHome = z.object({ home: HomeId });
const logQuery = z.object({ after: z.coerce.number().int().min(-1).max(1_000_000).default(-1) });

/**
 * The contract: every way into the cloud. The server's handlers, its validation, the OpenAPI page, the web app's
 * client and the test of every route against every stranger are made from this table.
 */
export const routes = {
  'health.get': route('GET', '/api/health', 'anyone', 'Whether the cloud and its database answer', {
    output: z.object({ status: z.literal('ok') }),
  }),
  'api.page': route('GET', '/api', 'anyone', 'This contract, to read', { answer: 'page' }),
  'api.document': route('GET', '/api/openapi.json', 'anyone', 'This contract, as OpenAPI 3.1', {
    output: z.looseObject({}),
  }),

  'signup.start': route('POST', '/api/signup/start', 'anyone', 'First message of an OPAQUE registration', {
    input: SignupStart,
    output: SignupStarted,
  }),
  'signup.finish': route('POST', '/api/signup/finish', 'anyone', 'Make an account', {
    input: SignupFinish,
    output: SignupFinished,
  }),
  'login.start': route('POST', '/api/login/start', 'anyone', 'First message of an OPAQUE log-in', {
    input: LoginStart,
    output: LoginStarted,
  }),
  'login.finish': route('POST', '/api/login/finish', 'anyone', 'Log in: sets the session cookie', {
    input: LoginFinish,
    output: Account,
  }),
  'recovery.start': route(
    'POST',
    '/api/recovery/start',
    'anyone',
    'Log in by recovery code, to set a new passphrase',
    {
      input: RecoveryStart,
      output: Account,
    },
  ),
  logout: route('POST', '/api/logout', 'recovery', 'End this session', {}),

  'account.get': route('GET', '/api/account', 'recovery', 'The account of this session', { output: Account }),
  'account.set-recovery': route(
    'PUT',
    '/api/account/recovery',
    'account',
    'Set the confirmed recovery code',
    {
      input: RecoverySet,
    },
  ),
  'passphrase.start': route(
    'POST',
    '/api/account/passphrase/start',
    'recovery',
    'First message of a new passphrase',
    {
      input: PassphraseStart,
      output: SignupStarted,
    },
  ),
  'passphrase.finish': route(
    'POST',
    '/api/account/passphrase/finish',
    'recovery',
    'Set a new passphrase; every other session ends',
    { input: PassphraseFinish },
  ),
  'sessions.list': route('GET', '/api/sessions', 'account', 'The sessions of this account', {
    output: Sessions,
  }),
  'sessions.end': route('DELETE', '/api/sessions/:session', 'account', 'End a session of this account', {
    params: z.object({ session: SessionId }),
  }),

  'homes.create': route('POST', '/api/homes', 'account', 'Make a home from the first entry of its log', {
    input: z.object({ entry: HomeLogJws }),
    output: z.object({ home: HomeId }),
    bodyBytesMax: 256 * 1024,
  }),
  'home-log.read': route(
    'GET',
    '/api/homes/:home/log',
    'member',
    'The entries of the home log after a sequence',
    {
      params: inHome,
      query: logQuery,
      output: HomeLogPage,
    },
  ),
  'home-log.append': route('POST', '/api/homes/:home/log', 'owner', 'Append signed entries, all or none', {
    params: inHome,
    input: HomeLogAppend,
    output: HomeLogHead,
    bodyBytesMax: 1024 * 1024,
  }),
  'pairings.claim': route(
    'POST',
    '/api/homes/:home/pairings/claim',
    'owner',
    "Ask for the offer of a code's agent",
    {
      params: inHome,
      input: PairingClaim,
      output: PairingClaimed,
    },
  ),
  'pairings.accept': route(
    'POST',
    '/api/homes/:home/pairings/accept',
    'owner',
    'Accept an offer and pin the agent',
    {
      params: inHome,
      input: PairingAccept,
      output: HomeLogHead,
      bodyBytesMax: 256 * 1024,
    },
  ),
  'cameras.list': route('GET', '/api/homes/:home/cameras', 'member', "The home's cameras and how they are", {
    params: inHome,
    output: Cameras,
  }),
  'events.list': route('GET', '/api/homes/:home/events', 'member', 'Events, newest first', {
    params: inHome,
    query: EventsQuery,
    output: EventsPage,
  }),
  'events.get': route(
    'GET',
    '/api/homes/:home/events/:event',
    'member',
    "One event, with its clip's manifest",
    {
      params: z.object({ home: HomeId, event: EventId }),
      output: EventRow,
    },
  ),
  'favourites.set': route(
    'PUT',
    '/api/homes/:home/events/:event/favourite',
    'member',
    'Keep an event, whatever the retention says',
    { params: z.object({ home: HomeId, event: EventId }) },
  ),
  'favourites.unset': route(
    'DELETE',
    '/api/homes/:home/events/:event/favourite',
    'member',
    'Keep an event no longer than the others',
    { params: z.object({ home: HomeId, event: EventId }) },
  ),
  'retention.get': route(
    'GET',
    '/api/homes/:home/retention',
    'member',
    'What is kept, how much it is, and for how long',
    { params: inHome, output: Retention },
  ),
  'retention.set': route('PUT', '/api/homes/:home/retention', 'owner', 'Set what is kept and for how long', {
    params: inHome,
    input: RetentionSet,
    bodyBytesMax: 32 * 1024,
  }),
  'objects.get': route(
    'GET',
    '/api/homes/:home/events/:event/:kind/:revision',
    'member',
    'The sealed bytes of an object, as far as they have arrived; takes a Range',
    {
      params: z.object({
        home: HomeId,
        event: EventId,
        kind: ObjectKind,
        revision: z.coerce.number().pipe(Revision),
      }),
      answer: 'bytes',
    },
  ),
  'stream.open': route('GET', '/api/homes/:home/stream', 'member', 'Server-sent events: something is new', {
    params: inHome,
    answer: 'event-stream',
  }),
  'live.watch': route(
    'GET',
    '/api/homes/:home/cameras/:camera/live',
    'member',
    'Live view: one text message asks, grants and sealed records come back',
    {
      params: z.object({ home: HomeId, camera: CameraId }),
      answer: 'socket',
    },
  ),
  'reports.create': route(
    'POST',
    '/api/homes/:home/reports',
    'member',
    'Report a mismatch that the viewer found',
    {
      params: inHome,
      input: MismatchReport,
      output: MismatchReported,
    },
  ),

  'agent.challenge': route('POST', '/api/agent/challenge', 'anyone', 'A challenge for an agent to sign', {
    output: AgentChallenge,
  }),
  'agent.session': route('POST', '/api/agent/session', 'anyone', 'Prove a device key, get a session', {
    input: AgentSessionStart,
    output: AgentSession,
  }),
  'agent.open-pairing': route('POST', '/api/agent/pairings', 'agent', 'Offer to be paired', {
    input: PairingOpen,
  }),
  'agent.get-pairing': route(
    'GET',
    '/api/agent/pairings/:pairing',
    'agent',
    'Whether the offer has been accepted',
    {
      params: z.object({ pairing: PairingId }),
      output: PairingState,
    },
  ),
  'agent.report': route('PUT', '/api/agent/report', 'agent', "The agent's cameras and how they are", {
    input: AgentReport,
    output: AgentReported,
  }),
  'agent.link': route(
    'GET',
    '/api/agent/link',
    'linking-agent',
    'The standing connection of an agent: orders come, grants and sealed live records go',
    {
      answer: 'socket',
    },
  ),
  'agent.read-log': route('GET', '/api/agent/log', 'paired-agent', "The entries of the agent's home log", {
    query: logQuery,
    output: HomeLogPage,
  }),
  'agent.put-event': route(
    'PUT',
    '/api/agent/events/:event',
    'paired-agent',
    'Store or renew signed manifests',
    {
      params: z.object({ event: EventId }),
      input: EventPut,
      output: EventStored,
      bodyBytesMax: 2 * 1024 * 1024,
    },
  ),
  'agent.put-events': route(
    'POST',
    '/api/agent/events',
    'paired-agent',
    'Store or renew the signed manifests of many events, each for itself',
    { input: EventsPut, output: EventsStored, bodyBytesMax: EVENTS_PUT_BYTES_MAX },
  ),
  'agent.put-gap': route('PUT', '/api/agent/gaps/:gap', 'paired-agent', 'Say that events were lost', {
    params: z.object({ gap: GapId }),
    input: GapPut,
  }),
  'agent.create-upload': route(
    'POST',
    '/api/agent/uploads',
    'paired-agent',
    'Begin a resumable upload of an object',
    {
      answer: 'tus',
      bodyBytesMax: UPLOAD_PATCH_BYTES_MAX,
    },
  ),
  'agent.head-upload': route('HEAD', '/api/agent/uploads/:upload', 'paired-agent', 'How much has arrived', {
    params: z.object({ upload: UploadId }),
    answer: 'tus',
  }),
  'agent.patch-upload': route('PATCH', '/api/agent/uploads/:upload', 'paired-agent', 'Append to an upload', {
    params: z.object({ upload: UploadId }),
    answer: 'tus',
    bodyBytesMax: UPLOAD_PATCH_BYTES_MAX,
  }),
} as const satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
export type Params<Name extends RouteName> = z.output<Routes[Name]['params']>;
export type Query<Name extends RouteName> = z.output<Routes[Name]['query']>;
export type Input<Name extends RouteName> = z.output<Routes[Name]['input']>;
export type Output<Name extends RouteName> = z.output<Routes[Name]['output']>;
