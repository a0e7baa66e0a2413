import { timingSafeEqual } from 'node:crypto';
import { CameraId, type RandomBytes } from '@nightlatch/protocol/ids';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { z } from 'zod';
import { type CameraSettings, withoutCredentials } from '../settings/cameras.ts';
import { isErrno, SettingsError } from '../settings/private-file.ts';
import { isOwnHost, isOwnOrigin } from './hosts.ts';
import type { Html } from './html.ts';
import { SCRIPT, STYLE } from './style.ts';
import { cameraForm, demoPage, home, messagePage, type PageStatus, statusPart } from './views.ts';

export interface PageParts {
  readonly settings: CameraSettings;
  readonly status: () => Promise<PageStatus>;
  /** The settings have changed. */
  readonly onChange: () => Promise<void>;
  readonly random: RandomBytes;
  /** Whether a request is for this page and not, by a trick, for another; a test leaves it out. */
  readonly guards?: { readonly host: typeof isOwnHost; readonly origin: typeof isOwnOrigin };
}

export interface RunningPage {
  readonly url: string;
  close(): Promise<void>;
}

const CSP =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const CameraForm = z.object({
  csrf: z.string(),
  url: z.string().max(2048),
  user: z.string().max(256),
  password: z.string().max(256),
});

/** Serves the agent's own page on the loopback address, and nowhere else. @throws SettingsError where the port is in use */
export async function startPage(parts: PageParts, port: number): Promise<RunningPage> {
  const csrf = Buffer.from(parts.random(24)).toString('base64url');
  const app = fastify({ bodyLimit: 16 * 1024, logger: false, trustProxy: false });
  let bound = port;
  guard(app, parts, csrf, () => bound);
  routesOf(app, parts, csrf);
  try {
    await app.listen({ host: '127.0.0.1', port });
  } catch (error) {
    if (!isErrno(error, 'EADDRINUSE', 'EACCES')) throw error;
    throw new SettingsError(
      `The agent's own page cannot use port ${port} of this machine: it is taken or not allowed. Nothing was changed. Choose another with --page-port.`,
      { cause: error },
    );
  }
  const address = app.server.address();
  if (address !== null && typeof address === 'object') bound = address.port;
  return { url: `http://127.0.0.1:${bound}/`, close: () => app.close() };
}

function guard(app: FastifyInstance, parts: PageParts, csrf: string, port: () => number): void {
  const { host: hostGuard, origin: originGuard } = parts.guards ?? { host: isOwnHost, origin: isOwnOrigin };
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16 * 1024 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': CSP,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    const { host, origin } = request.headers;
    if (!hostGuard(host, port())) {
      return show(reply, 421, messagePage('Not here', 'Open this page by its own address on this machine.'));
    }
    if (request.method !== 'GET' && !originGuard(origin, host ?? '')) {
      return show(
        reply,
        403,
        messagePage('Refused', 'Another page tried to change this agent. Nothing was changed.'),
      );
    }
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.method === 'GET') return;
    const sent = z.object({ csrf: z.string() }).safeParse(request.body);
    if (sent.success && sameText(sent.data.csrf, csrf)) return;
    return show(
      reply,
      403,
      messagePage(
        'This form is too old',
        'The agent was started anew since. Nothing was changed; go back and try again.',
      ),
    );
  });
  app.setNotFoundHandler((_request, reply) =>
    show(reply, 404, messagePage('Not found', 'There is no such page here.')),
  );
  app.setErrorHandler((_error, _request, reply) =>
    show(reply, 500, messagePage('Something went wrong', 'The agent keeps recording. Its log says more.')),
  );
}

function routesOf(app: FastifyInstance, parts: PageParts, csrf: string): void {
  const { settings } = parts;
  const form = (camera: Parameters<typeof cameraForm>[0]['camera']) => ({
    csrf,
    camera,
    typed: null,
    error: null,
  });
  const find = (params: unknown) => {
    const parsed = z.object({ camera: CameraId }).safeParse(params);
    return parsed.success ? settings.list().find((one) => one.camera === parsed.data.camera) : undefined;
  };

  app.get('/style.css', (_request, reply) => reply.type('text/css').send(STYLE));
  app.get('/script.js', (_request, reply) => reply.type('text/javascript').send(SCRIPT));
  app.get('/', async (_request, reply) => show(reply, 200, home(await parts.status())));
  app.get('/status', async (_request, reply) => show(reply, 200, statusPart(await parts.status())));
  app.get('/cameras/new', (_request, reply) => show(reply, 200, cameraForm(form(null))));
  app.get('/cameras/:camera', (request, reply) => {
    const camera = find(request.params);
    if (camera === undefined) return reply.callNotFound();
    return show(reply, 200, camera.source === 'demo' ? demoPage(csrf, camera) : cameraForm(form(camera)));
  });

  const save = async (reply: FastifyReply, body: unknown, camera: ReturnType<typeof find> | null) => {
    const known = camera?.source === 'rtsp' ? camera : null;
    const typed = CameraForm.safeParse(body);
    try {
      if (!typed.success)
        throw new SettingsError('Address, user or password is too long. Nothing was changed.');
      await (known === null ? settings.addRtsp(typed.data) : settings.changeRtsp(known.camera, typed.data));
      await parts.onChange();
      return reply.redirect('/', 303);
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const { url = '', user = '' } = typed.data ?? {};
      return show(
        reply,
        422,
        cameraForm({
          csrf,
          camera: known,
          typed: { url: withoutCredentials(url), user },
          error: error.message,
        }),
      );
    }
  };
  app.post('/cameras', (request, reply) => save(reply, request.body, null));
  app.post('/cameras/:camera', (request, reply) => {
    const camera = find(request.params);
    return camera?.source === 'rtsp' ? save(reply, request.body, camera) : reply.callNotFound();
  });
  app.post('/cameras/:camera/remove', async (request, reply) => {
    const camera = find(request.params);
    if (camera === undefined) return reply.callNotFound();
    await settings.remove(camera.camera);
    await parts.onChange();
    return reply.redirect('/', 303);
  });
}

const show = (reply: FastifyReply, status: number, page: Html): FastifyReply =>
  reply.code(status).type('text/html; charset=utf-8').send(page.html);

function sameText(one: string, other: string): boolean {
  const left = Buffer.from(one);
  const right = Buffer.from(other);
  return left.length === right.length && timingSafeEqual(left, right);
}
