import type { Handler } from '../../handler.ts';
import { openApiPage } from '../../openapi-page.ts';

export const handle: Handler<'api.page'> = async (_cloud, { reply }) => {
  const { html, contentSecurityPolicy } = openApiPage();
  return reply
    .header('content-security-policy', contentSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(html);
};
