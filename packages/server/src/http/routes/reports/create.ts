import { newReportId } from '@nightlatch/protocol/ids';
import { insertReport } from '../../../sql/statements/reports.ts';
import type { Handler } from '../../handler.ts';

export const handle: Handler<'reports.create'> = async (cloud, { caller, params, input }) => {
  const { database, gate, random, limits, onReport } = cloud;
  const { account, session } = caller;
  const { home } = params;
  const { what, asked, reason } = input;
  await gate.member({ session, account, home });
  await limits.reports(account);
  const report = newReportId(random);
  await database.ask({ account }, insertReport, [
    ...[home, report, account, session, what],
    ...[asked.camera ?? null, asked.event ?? null, asked.kind ?? null, reason],
  ]);
  onReport({ report, home, what, reason });
  return { report };
};
