import { ReportId } from '@nightlatch/protocol/ids';
import { z } from 'zod';
import { statement } from '../statement.ts';

/** Parameters: home, report, account, session, what, camera, event, kind, reason. */
export const insertReport = statement({
  name: 'insert-report',
  text: `
insert into mismatch_reports
  (home_id, report_id, account_id, session_id, what, asked_camera, asked_event, asked_kind, reason)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
returning report_id as report`,
  row: z.object({ report: ReportId }),
});
