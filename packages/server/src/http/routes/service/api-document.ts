import type { Handler } from '../../handler.ts';
import { openApiDocument } from '../../openapi.ts';

export const handle: Handler<'api.document'> = async () => openApiDocument();
