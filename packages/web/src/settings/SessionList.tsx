import type { Output } from '@nightlatch/protocol/routes';
import { useCallback, useEffect, useState } from 'react';
import { useSignedIn } from '../account/session.ts';
import { call } from '../api/client.ts';
import { useAction } from '../app/action.ts';
import { Banner } from '../style/Banner.tsx';
import { Button } from '../style/Button.tsx';
import { Card } from '../style/Card.tsx';
import { Progress } from '../style/Progress.tsx';
import { When } from '../style/When.tsx';

type Session = Output<'sessions.list'>['sessions'][number];

function SessionRow({
  session,
  onEnded,
}: {
  readonly session: Session;
  readonly onEnded: () => Promise<void>;
}) {
  const { busy, problem, run } = useAction();
  const now = Date.now();
  return (
    <li className="session">
      <div>
        <strong>{session.device}</strong>
        {session.current && <span className="badge">This one</span>}
        <div className="quiet small">
          Since <When at={session.startedAt} now={now} />, last seen{' '}
          <When at={session.lastSeenAt} now={now} />
        </div>
        {problem !== null && <Banner look="danger">{problem}</Banner>}
      </div>
      {!session.current && (
        <Button
          look="danger"
          busy={busy}
          onClick={() =>
            run(async () => {
              await call('sessions.end', { params: { session: session.session } });
              await onEnded();
            })
          }
        >
          End<span className="unseen"> the session of {session.device}</span>
        </Button>
      )}
    </li>
  );
}

/** Where this account is logged in, each with a way to end it. */
export function SessionList() {
  const { account } = useSignedIn();
  const [sessions, setSessions] = useState<readonly Session[] | null>(null);
  const { problem, run } = useAction();
  const load = useCallback(async () => {
    const list = await call('sessions.list');
    setSessions(
      list.sessions.toSorted(
        (one, other) => Number(other.current) - Number(one.current) || other.lastSeenAt - one.lastSeenAt,
      ),
    );
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new session changes the list.
  useEffect(() => run(load), [load, account.session.session]);
  return (
    <Card title="Where you are logged in">
      {problem !== null && <Banner look="warn">{problem}</Banner>}
      {sessions === null && problem === null && <Progress label="Looking…" />}
      {sessions !== null && (
        <ul className="sessions" aria-live="polite">
          {sessions.map((session) => (
            <SessionRow key={session.session} session={session} onEnded={load} />
          ))}
        </ul>
      )}
    </Card>
  );
}
