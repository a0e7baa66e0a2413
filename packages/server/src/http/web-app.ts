import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { notFound } from '../refusals.ts';

/**
 * Serves the built web app, and its page for every path that is none of a file: the app's own router knows those.
 * Unknown paths below /api are answered as JSON.
 */
export async function serveWebApp(app: FastifyInstance, webDirectory: string | undefined): Promise<void> {
  if (webDirectory !== undefined)
    await app.register(fastifyStatic, {
      root: webDirectory,
      index: 'index.html',
      wildcard: true,
      cacheControl: false,
      setHeaders: (reply, file) => {
        // Vite puts a hash of the content into the names below assets/.
        const hashed = /[/\\]assets[/\\]/.test(file);
        reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const isPage =
      webDirectory !== undefined &&
      request.method === 'GET' &&
      !/^\/api(\/|$)/.test(path) &&
      !path.startsWith('/assets/') &&
      !/\.[a-z0-9]+$/i.test(path);
    if (!isPage) throw notFound();
    return reply.sendFile('index.html');
  });
}
