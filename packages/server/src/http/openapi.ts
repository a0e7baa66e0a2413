import { ErrorBody, STATUS_OF } from '@nightlatch/protocol/errors';
import type { Permission, Route } from '@nightlatch/protocol/route';
import { routes } from '@nightlatch/protocol/routes';
import { z } from 'zod';

type Json = Record<string, unknown>;

export const PERMISSIONS: Readonly<Record<Permission, string>> = {
  anyone: 'everybody',
  recovery: 'an account, also one that signed in by its recovery code',
  account: 'an account',
  member: 'a member of the home',
  owner: 'the owner of the home',
  agent: 'an agent',
  'paired-agent': 'an agent that is paired with a home',
  'linking-agent': 'an agent that is paired with a home, also by a reconnect ticket',
};

const SECURITY: Readonly<Record<Permission, Json[]>> = {
  anyone: [],
  recovery: [{ session: [] }],
  account: [{ session: [] }],
  member: [{ session: [] }],
  owner: [{ session: [] }],
  agent: [{ agent: [] }],
  'paired-agent': [{ agent: [] }],
  'linking-agent': [{ agent: [] }],
};

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
};

const Properties = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
});

function parametersOf(schema: z.ZodType, place: 'path' | 'query'): Json[] {
  const { properties, required } = Properties.parse(schemaOf(schema, 'input'));
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const ANSWERS: Readonly<Record<Exclude<Route['answer'], 'json'>, Json>> = {
  bytes: { description: 'The sealed bytes', content: { 'application/octet-stream': {} } },
  'event-stream': { description: 'Server-sent events', content: { 'text/event-stream': {} } },
  socket: { description: 'A WebSocket, by an upgrade (101)' },
  page: { description: 'A page', content: { 'text/html': {} } },
  tus: { description: 'As tus 1.0 says' },
};

function operationOf(name: string, route: Route): Json {
  const takesInput = ['POST', 'PUT', 'PATCH'].includes(route.method);
  return {
    operationId: name,
    summary: route.summary,
    description: `For ${PERMISSIONS[route.permission]}. Takes at most ${route.bodyBytesMax} bytes.`,
    tags: [name.split('.')[0]],
    security: SECURITY[route.permission],
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
    ...(takesInput
      ? {
          requestBody: {
            content:
              route.answer === 'tus'
                ? { 'application/offset+octet-stream': {} }
                : { 'application/json': { schema: schemaOf(route.input, 'input') } },
          },
        }
      : {}),
    responses: {
      200:
        route.answer === 'json'
          ? {
              description: 'Done',
              content: { 'application/json': { schema: schemaOf(route.output, 'output') } },
            }
          : ANSWERS[route.answer],
      default: { $ref: '#/components/responses/Refused' },
    },
  };
}

let made: Json | undefined;

/** OpenAPI 3.1 of the contract; made once, from the route table alone. */
export function openApiDocument(): Json {
  if (made !== undefined) return made;
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replace(/:([a-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  const kinds = Object.entries(STATUS_OF).map(([kind, status]) => `${kind} (${status})`);
  made = {
    openapi: '3.1.0',
    info: {
      title: 'Nightlatch',
      version: '1',
      description:
        'Every way into the cloud. What a home has is answered to its people and its agent alone; to all others it is not-found, as if it did not exist.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-nightlatch' },
        agent: { type: 'http', scheme: 'bearer' },
      },
      responses: {
        Refused: {
          description: `One of: ${kinds.join(', ')}`,
          content: { 'application/json': { schema: schemaOf(ErrorBody, 'output') } },
        },
      },
    },
  };
  return made;
}
