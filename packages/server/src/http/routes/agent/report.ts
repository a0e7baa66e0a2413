import { takeReport } from '../../../agents/report.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'agent.report'> = async ({ database }, { caller, input }) =>
  takeReport(database, caller, input);
