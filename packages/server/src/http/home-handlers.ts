import type { RouteName } from '@nightlatch/protocol/routes';
import type { Handlers } from './handler.ts';

/** Handlers of the routes of homes, events and agents. */
export const homeHandlers = {} as const satisfies Partial<Handlers<RouteName>>;
