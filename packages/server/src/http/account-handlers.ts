import type { RouteName } from '@nightlatch/protocol/routes';
import type { Handlers } from './handler.ts';
import { handle as getAccount } from './routes/account/get.ts';
import { handle as finishPassphrase } from './routes/account/passphrase-finish.ts';
import { handle as startPassphrase } from './routes/account/passphrase-start.ts';
import { handle as setRecovery } from './routes/account/set-recovery.ts';
import { handle as finishLogin } from './routes/login/finish.ts';
import { handle as logout } from './routes/login/logout.ts';
import { handle as startRecovery } from './routes/login/recovery-start.ts';
import { handle as startLogin } from './routes/login/start.ts';
import { handle as apiDocument } from './routes/service/api-document.ts';
import { handle as apiPage } from './routes/service/api-page.ts';
import { handle as health } from './routes/service/health.ts';
import { handle as endSession } from './routes/sessions/end.ts';
import { handle as listSessions } from './routes/sessions/list.ts';
import { handle as finishSignup } from './routes/signup/finish.ts';
import { handle as startSignup } from './routes/signup/start.ts';

export const accountHandlers = {
  'health.get': health,
  'api.page': apiPage,
  'api.document': apiDocument,
  'signup.start': startSignup,
  'signup.finish': finishSignup,
  'login.start': startLogin,
  'login.finish': finishLogin,
  'recovery.start': startRecovery,
  logout,
  'account.get': getAccount,
  'account.set-recovery': setRecovery,
  'passphrase.start': startPassphrase,
  'passphrase.finish': finishPassphrase,
  'sessions.list': listSessions,
  'sessions.end': endSession,
} as const satisfies Partial<Handlers<RouteName>>;
