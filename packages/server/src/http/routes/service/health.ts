import { NO_SCOPE } from '../../../sql/scope.ts';
import { isThere } from '../../../sql/statements/installation.ts';
import type { Handler } from '../../handler.ts';

/** Throws `unavailable` where the database does not answer. */
export const handle: Handler<'health.get'> = async ({ database }) => {
  await database.ask(NO_SCOPE, isThere, []);
  return { status: 'ok' };
};
