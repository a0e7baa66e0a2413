import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { standingWord } from './standing-word.ts';

const limits = { validMilliseconds: 1_000, patienceMilliseconds: 10_000, questionsMax: 4 };

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

/** A word of a gate that answers when it is told to, by a clock that goes when it is told to. */
function newWord() {
  let clock = 0;
  const questions: PromiseWithResolvers<boolean>[] = [];
  const heard: string[] = [];
  const hear = (what: string) => () => void heard.push(`${clock} ${what}`);
  const word = standingWord({
    question: () => {
      const question = Promise.withResolvers<boolean>();
      questions.push(question);
      return question.promise;
    },
    limits,
    now: () => clock,
    on: { back: hear('back'), ranOut: hear('ran out'), no: hear('no'), silent: hear('silent') },
  });
  return {
    word,
    heard,
    questions,
    /** The question of this number is answered. */
    answer: async (number: number, yes: boolean | Error) => {
      if (yes instanceof Error) questions[number]?.reject(yes);
      else questions[number]?.resolve(yes);
      await turn();
    },
    pass: (milliseconds: number) => {
      for (let passed = 0; passed < milliseconds; passed++) {
        clock += 1;
        mock.timers.tick(1);
      }
    },
  };
}

test('nothing stands before the first yes', async () => {
  const { word, answer } = newWord();
  assert.equal(word.stands, false);
  word.ask();
  assert.equal(word.stands, false);
  await answer(0, true);
  assert.equal(word.stands, true);
  await word.given;
});

test('a yes stands for its time from when it was asked, however late it is answered, and not a moment longer', async () => {
  const { word, answer, pass, heard } = newWord();
  word.ask();
  pass(900);
  await answer(0, true);
  assert.equal(word.stands, true);
  pass(99);
  assert.equal(word.stands, true);
  pass(1);
  assert.equal(word.stands, false);
  assert.deepEqual(heard, ['900 back', '1000 ran out']);
  // A yes that comes when its time is over is worth nothing.
  word.ask();
  pass(1_000);
  await answer(1, true);
  assert.equal(word.stands, false);
});

test('answers that are slow, each to a question of its own, let it stand all the time', async () => {
  const { word, answer, pass, heard } = newWord();
  // Asked every 250 ms, answered after 600 ms.
  for (let moment = 0; moment < 5_000; moment += 50) {
    if (moment % 250 === 0) word.ask();
    if (moment >= 600 && (moment - 600) % 250 === 0) await answer((moment - 600) / 250, true);
    if (moment >= 600) assert.equal(word.stands, true, `${moment}`);
    pass(50);
  }
  assert.deepEqual(heard, ['600 back']);
});

test('an old yes that comes behind a newer one takes nothing away', async () => {
  const { word, answer, pass } = newWord();
  word.ask();
  pass(300);
  word.ask();
  await answer(1, true);
  await answer(0, true);
  pass(999);
  assert.equal(word.stands, true);
});

test('a no is heard at once, also to an old question', async () => {
  const { word, answer, pass, heard } = newWord();
  word.ask();
  word.ask();
  await answer(1, true);
  pass(10);
  await answer(0, false);
  assert.deepEqual(heard, ['0 back', '10 no']);
});

test('without an answer it runs out, and stands again with the next yes; what was thrown is no answer', async () => {
  const { word, answer, pass, heard } = newWord();
  word.ask();
  await answer(0, true);
  word.ask();
  await answer(1, new Error('the database is away'));
  pass(4_000);
  word.ask();
  await answer(2, true);
  assert.equal(word.stands, true);
  pass(2_000);
  assert.equal(word.stands, false);
  assert.deepEqual(heard, ['0 back', '1000 ran out', '4000 back', '5000 ran out']);
});

test('when the gate has been silent for longer than patience lasts, that is heard', async () => {
  const { word, answer, pass, heard } = newWord();
  word.ask();
  await answer(0, true);
  pass(9_999);
  assert.deepEqual(heard, ['0 back', '1000 ran out']);
  pass(1);
  assert.deepEqual(heard.slice(2), ['10000 silent']);
  // Also when it has never said anything.
  const never = newWord();
  never.pass(10_000);
  assert.deepEqual(never.heard, ['1000 ran out', '10000 silent']);
});

test('a gate that owes several answers is not asked on', async () => {
  const { word, questions, answer } = newWord();
  for (let count = 0; count < 10; count++) word.ask();
  assert.equal(questions.length, limits.questionsMax);
  await answer(0, new Error('too much to do'));
  word.ask();
  assert.equal(questions.length, limits.questionsMax + 1);
});

test('after its end it stands no more, asks nothing and says nothing', async () => {
  const { word, questions, answer, pass, heard } = newWord();
  word.ask();
  await answer(0, true);
  word.ask();
  word.end();
  assert.equal(word.stands, false);
  word.ask();
  assert.equal(questions.length, 2);
  await answer(1, false);
  pass(20_000);
  assert.deepEqual(heard, ['0 back']);
});
