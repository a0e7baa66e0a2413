import type { CameraId } from '@nightlatch/protocol/ids';
import { notFound } from '../refusals.ts';
import type { GateObjectRow } from '../sql/statements/gate-objects.ts';
import type { AskedObject } from './asked.ts';
import { type BatcherOptions, createBatcher, newBatchText } from './batcher.ts';
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
export function objectQuestion(
  { database, statements, prove, authority, random }: GateParts,
  limits: BatchLimits,
) {
  const answerAll = async (asked: readonly AskedObject[]): Promise<(GateObjectRow | undefined)[]> => {
    const viewers = byViewer(asked);
    const batch = newBatchText(random);
    const [rows = []] = await database.ask(
      { accounts: [...new Set(viewers.map(({ account }) => account))] },
      statements.objects,
      [
        batch,
        viewers.map(({ session }) => session),
        viewers.map(({ account }) => account),
        viewers.map(({ home }) => home),
        viewers.map(({ kind }) => kind),
        viewers.map(({ revision }) => revision),
        viewers.map(({ events }) => [...events.keys()].join(',')),
      ],
    );
    const answers: (GateObjectRow | undefined)[] = asked.map(() => undefined);
    const seen = new Set<number>();
    for (const { viewer: row, objects } of rows) {
      prove({ batch }, row);
      const { place } = row;
      const viewer = viewers[place - 1];
      if (viewer === undefined || seen.has(place))
        throw new Error(`gate-objects answered place ${place} of ${viewers.length}, or answered it twice`);
      seen.add(place);
      handOut(viewer, objects, answers);
    }
    return answers;
  };
  const batcher = createBatcher<AskedObject, GateObjectRow>({ ...limits, answerAll, together: asksLike });

  return async (asked: AskedObject): Promise<Grant<ObjectContent>> => {
    const row = await batcher.ask(asked);
    if (row === undefined) throw notFound();
    const { session, account, home, event, kind, revision } = asked;
    prove({ session, account, memberAccount: account, memberHome: home, home, event, kind, revision }, row);
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

/** Somebody who asks for objects of one kind and revision. */
interface Viewer extends Omit<AskedObject, 'event'> {
  /** The events, and the indices of the questions for each. */
  readonly events: Map<string, number[]>;
}

/** Who asks for what, each once: a page of pictures has one viewer. */
function byViewer(asked: readonly AskedObject[]): Viewer[] {
  const viewers = new Map<string, Viewer>();
  // The questions of a page come one after another.
  let viewer: Viewer | undefined;
  for (const [index, one] of asked.entries()) {
    if (viewer === undefined || !asksLike(viewer, one)) {
      const { session, account, home, kind, revision } = one;
      const key = `${session}/${account}/${home}/${kind}/${revision}`;
      viewer = viewers.get(key) ?? { session, account, home, kind, revision, events: new Map() };
      viewers.set(key, viewer);
    }
    const questions = viewer.events.get(one.event);
    if (questions === undefined) viewer.events.set(one.event, [index]);
    else questions.push(index);
  }
  return [...viewers.values()];
}

const asksLike = (
  viewer: Omit<AskedObject, 'event'>,
  { session, account, home, kind, revision }: AskedObject,
): boolean =>
  viewer.session === session &&
  viewer.account === account &&
  viewer.home === home &&
  viewer.kind === kind &&
  viewer.revision === revision;

/**
 * Gives each question of the viewer its row. A row of an event that was not asked for is given to a question that has
 * none, where its proof fails and the operator is told.
 */
function handOut(
  { events }: Viewer,
  objects: readonly GateObjectRow[],
  answers: (GateObjectRow | undefined)[],
): void {
  const strays: GateObjectRow[] = [];
  for (const row of objects) {
    const questions = events.get(row.event);
    if (questions === undefined) strays.push(row);
    for (const index of questions ?? []) {
      if (answers[index] !== undefined) throw new Error('gate-objects answered an event twice');
      answers[index] = row;
    }
  }
  for (const row of strays) {
    const index = [...events.values()].flat().find((one) => answers[one] === undefined);
    if (index === undefined) throw new Error('gate-objects answered more than was asked');
    answers[index] = row;
  }
}
