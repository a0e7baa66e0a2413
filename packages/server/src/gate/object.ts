import type { CameraId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { GateObjectRow } from '../sql/statements/gate-objects.ts';
import type { AskedObject } from './asked.ts';
import { type BatcherOptions, createBatcher } from './batcher.ts';
import type { GateParts } from './gate.ts';
import type { Grant } from './grant.ts';

export interface ObjectContent extends AskedObject {
  readonly what: 'object';
  readonly camera: CameraId;
  readonly epoch: number;
  /** Bytes of the container that have arrived. */
  readonly receivedBytes: number;
  readonly complete: boolean;
}

export type BatchLimits = Pick<
  BatcherOptions<AskedObject, GateObjectRow>,
  'batchMax' | 'queueMax' | 'batchesUnderWayMax'
>;

/** Whether somebody may have an object. Questions of the same moment go to the database as one statement. */
export function objectQuestion({ database, statements, prove, authority }: GateParts, limits: BatchLimits) {
  const answerAll = async (asked: readonly AskedObject[]): Promise<(GateObjectRow | undefined)[]> => {
    const rows = await database.ask(
      { accounts: [...new Set(asked.map((one) => one.account))] },
      statements.objects,
      [
        asked.map((one) => one.session),
        asked.map((one) => one.account),
        asked.map((one) => one.home),
        asked.map((one) => one.event),
        asked.map((one) => one.kind),
        asked.map((one) => one.revision),
      ],
    );
    const answers: (GateObjectRow | undefined)[] = asked.map(() => undefined);
    for (const row of rows) {
      const index = row.place - 1;
      if (!(index in answers) || answers[index] !== undefined)
        throw new Error(`gate-objects answered place ${row.place} of ${asked.length}, or answered it twice`);
      answers[index] = row;
    }
    return answers;
  };
  const batcher = createBatcher<AskedObject, GateObjectRow>({ ...limits, answerAll });

  return async (asked: AskedObject): Promise<Grant<ObjectContent>> => {
    const row = await batcher.ask(asked);
    if (row === undefined) throw notFound();
    prove({ proof: proofOf(asked) }, row);
    const { session, account, home, event, kind, revision } = asked;
    const { camera, epoch, receivedBytes, complete } = row;
    return authority.mint({
      what: 'object',
      session,
      account,
      home,
      event,
      kind,
      revision,
      camera,
      epoch,
      receivedBytes,
      complete,
    });
  };
}

/** What the row of this question has to say of itself; no id has a `/` in it. The home of the membership comes first. */
const proofOf = ({ session, account, home, event, kind, revision }: AskedObject): string =>
  `${session}/${account}/${home}/${home}/${event}/${kind}/${revision}`;
