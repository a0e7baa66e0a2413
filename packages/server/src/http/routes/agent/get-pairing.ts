import { pairingState } from '../../../homes/pairings.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.get-pairing'> = async ({ database }, { caller, params }) =>
  pairingState(database, caller, params.pairing);
