import { NightlatchError } from '@nightlatch/protocol/errors';
import type { RandomBytes } from '@nightlatch/protocol/ids';
import { toBase64Url } from '@nightlatch/vault/encoding';

/** What each row of a batch has to repeat: the places of an older one with the same people in it mean other questions. */
export const newBatchText = (random: RandomBytes): string => toBase64Url(random(16));

export interface BatcherOptions<Question, Answer> {
  /** Answers all questions in their order, undefined for a miss. A throw is a failure of every one of them. */
  readonly answerAll: (questions: readonly Question[]) => Promise<readonly (Answer | undefined)[]>;
  readonly batchMax?: number;
  /** Questions that wait; one more is refused at once. Below a client's patience times the rate. */
  readonly queueMax?: number;
  readonly batchesUnderWayMax?: number;
  /** A queue is not shared out in batches that are smaller: a statement costs as much as some twenty questions in it. */
  readonly shareMin?: number;
  /** Whether two questions that follow each other are answered sooner in one batch, as those of one page are. */
  readonly together?: (one: Question, next: Question) => boolean;
}

interface Waiting<Question, Answer> {
  readonly question: Question;
  readonly resolve: (answer: Answer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts questions that come in the same moment into one statement, for a statement costs as much as some twenty questions
 * in it. Two at a time keep both cores busy, and what comes meanwhile makes the next one larger (measured on 2 cores of a
 * busy machine: 2,000 to 3,700 checks a second one by one, 90,000 in batches). Nothing is remembered from one batch to
 * the next.
 */
export function createBatcher<Question, Answer>(options: BatcherOptions<Question, Answer>) {
  const {
    answerAll,
    batchMax = 256,
    queueMax = 4096,
    batchesUnderWayMax = 2,
    shareMin = 48,
    together,
  } = options;
  let queue: Waiting<Question, Answer>[] = [];
  let underWay = 0;
  let scheduled = false;

  const settle = async (batch: readonly Waiting<Question, Answer>[]): Promise<void> => {
    try {
      const answers = await answerAll(batch.map((waiting) => waiting.question));
      if (answers.length !== batch.length)
        throw new Error(`asked ${batch.length} questions, got ${answers.length} answers`);
      for (const [index, waiting] of batch.entries()) waiting.resolve(answers[index]);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  };

  /**
   * How many go into the next batch: the queue is shared by all batches that may begin now. Were the first to take all
   * of it, the next questions would come when that one is answered, and the two would never be under way together.
   * A page is not divided: it would wait for both, and those who ask would fall into step.
   */
  const share = (): number => {
    let count = Math.max(shareMin, Math.ceil(queue.length / (batchesUnderWayMax - underWay)));
    for (; count < batchMax; count++) {
      const [last, next] = [queue[count - 1], queue[count]];
      if (!last || !next || together?.(last.question, next.question) !== true) break;
    }
    return Math.min(count, batchMax);
  };

  const flush = (): void => {
    scheduled = false;
    while (queue.length > 0 && underWay < batchesUnderWayMax) {
      const count = share();
      const batch = queue.slice(0, count);
      queue = queue.slice(count);
      underWay += 1;
      void settle(batch).then(() => {
        underWay -= 1;
        schedule();
      });
    }
  };
  // After the input of this turn of the event loop, so that requests that arrived together are asked together.
  const schedule = (): void => {
    if (scheduled || queue.length === 0 || underWay >= batchesUnderWayMax) return;
    scheduled = true;
    setImmediate(flush);
  };

  return {
    ask: (question: Question): Promise<Answer | undefined> =>
      new Promise((resolve, reject) => {
        if (queue.length >= queueMax) {
          reject(
            new NightlatchError(
              'unavailable',
              'Too much to do at once. Nothing was shown or changed; try again soon.',
              {
                retryAfterSeconds: 2,
              },
            ),
          );
          return;
        }
        queue.push({ question, resolve, reject });
        schedule();
      }),
  };
}
