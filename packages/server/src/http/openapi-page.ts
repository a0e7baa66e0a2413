import { createHash } from 'node:crypto';
import type { Route } from '@nightlatch/protocol/route';
import { routes } from '@nightlatch/protocol/routes';
import { z } from 'zod';
import { PERMISSIONS } from './openapi.ts';

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.75rem; } h2 { font-size: 1.1rem; margin: 2.5rem 0 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
pre { overflow: auto; padding: 1rem; border: 1px solid; border-radius: .5rem; max-height: 24rem; }
p { margin: .25rem 0; } summary { cursor: pointer; padding: .5rem 0; }
`;

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function shape(title: string, schema: z.ZodType, io: 'input' | 'output'): string {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  if (JSON.stringify(json.properties ?? {}) === '{}' && json.anyOf === undefined && json.oneOf === undefined)
    return '';
  return `<details><summary>${title}</summary><pre tabindex="0">${escapeHtml(JSON.stringify(json, null, 2))}</pre></details>`;
}

function section(name: string, route: Route): string {
  return `<section aria-labelledby="${name}">
<h2 id="${name}"><code>${route.method} ${escapeHtml(route.path)}</code></h2>
<p>${escapeHtml(route.summary)}.</p>
<p>For ${escapeHtml(PERMISSIONS[route.permission])}.</p>
${shape('Query', route.query, 'input')}${shape('Input', route.input, 'input')}${
  route.answer === 'json' ? shape('Answer', route.output, 'output') : `<p>Answers ${route.answer}.</p>`
}</section>`;
}

let made: { html: string; contentSecurityPolicy: string } | undefined;

/** The contract as a page of its own: no script, no request to anywhere. */
export function openApiPage(): { html: string; contentSecurityPolicy: string } {
  if (made !== undefined) return made;
  const sections = Object.entries<Route>(routes).map(([name, route]) => section(name, route));
  const styleHash = createHash('sha256').update(STYLE).digest('base64');
  made = {
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Nightlatch: the contract</title><style>${STYLE}</style></head>
<body><main><h1>Nightlatch: the contract</h1>
<p>Every way into the cloud, made from the table that the server itself is made from. For machines:
<a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
${sections.join('\n')}</main></body></html>
`,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
  };
  return made;
}
