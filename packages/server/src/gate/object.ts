import type { CameraId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { GateObjectRow } from '../sql/statements/gate-objects.ts';
import type { AskedHome, AskedObject } from './asked.ts';
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
    const { viewers, order } = byViewer(asked);
    const questions = order.flatMap((index) => asked[index] ?? []);
    const [rows = []] = await database.ask(
      { accounts: [...new Set(viewers.map(({ account }) => account))] },
      statements.objects,
      [
        viewers.map(({ session }) => session),
        viewers.map(({ account }) => account),
        viewers.map(({ home }) => home),
        viewers.map(({ first }) => first),
        viewers.map(({ last }) => last),
        questions.map(({ event }) => event),
        questions.map(({ kind }) => kind),
        questions.map(({ revision }) => revision),
      ],
    );
    const answers: (GateObjectRow | undefined)[] = asked.map(() => undefined);
    for (const row of rows) {
      const index = order[row.place - 1];
      if (index === undefined || answers[index] !== undefined)
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

interface Viewer extends AskedHome {
  /** Places of the first and the last question of this viewer, from 1. */
  readonly first: number;
  readonly last: number;
}

/** Who asks, each once, for a page of pictures has one viewer; and the indices of the questions, viewer by viewer. */
function byViewer(asked: readonly AskedObject[]): { viewers: Viewer[]; order: number[] } {
  const questionsOf = new Map<string, number[]>();
  for (const [index, { session, account, home }] of asked.entries()) {
    const key = `${session}/${account}/${home}`;
    const questions = questionsOf.get(key);
    if (questions === undefined) questionsOf.set(key, [index]);
    else questions.push(index);
  }
  const viewers: Viewer[] = [];
  const order: number[] = [];
  for (const questions of questionsOf.values()) {
    const one = asked[questions[0] ?? -1];
    if (one === undefined) continue;
    const { session, account, home } = one;
    const first = order.length + 1;
    viewers.push({ session, account, home, first, last: order.push(...questions) });
  }
  return { viewers, order };
}

/** What the row of this question has to say of itself; no id has a `/` in it. The home of the membership comes first. */
const proofOf = ({ session, account, home, event, kind, revision }: AskedObject): string =>
  `${session}/${account}/${home}/${home}/${event}/${kind}/${revision}`;
