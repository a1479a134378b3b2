import { afterEach, expect, test } from 'vitest';
import {
  amount,
  counted,
  current,
  english,
  type Messages,
  t,
  translated,
} from '../../studio/src/language/language.js';
import { rich } from '../../studio/src/language/rich.js';

afterEach(() => {
  current.value = english;
});

const speak = (code: string, messages: Messages, errors: Messages = {}) => {
  current.value = { code, messages: { ...messages, ...errors }, errors };
};

test('a text is English until its language has it, and numbers are written as people do', () => {
  expect(t('Epoch {epoch} of {epochs}', { epoch: 2, epochs: 12_000 })).toBe('Epoch 2 of 12,000');
  speak('de', { 'Epoch {epoch} of {epochs}': 'Von {epochs} Epochen: {epoch}' });
  expect(t('Epoch {epoch} of {epochs}', { epoch: 2, epochs: 12_000 })).toBe(
    'Von 12.000 Epochen: 2',
  );
  expect(t('Pause')).toBe('Pause');
  expect(amount(0.1 + 0.2)).toBe('0,3');
});

test('plural forms follow the language', () => {
  const runs = (n: number) => counted(n, { one: '{n} run', other: '{n} runs' });
  expect([0, 1, 2].map(runs)).toEqual(['0 runs', '1 run', '2 runs']);
  speak('pl', { '{n} runs': { one: '{n} bieg', few: '{n} biegi', other: '{n} biegów' } });
  expect([1, 2, 5].map(runs)).toEqual(['1 bieg', '2 biegi', '5 biegów']);
  speak('ko', { '{n} runs': '실행 {n}개' });
  expect([1, 2].map(runs)).toEqual(['실행 1개', '실행 2개']);
});

test('messages made elsewhere are found with values in their places, and reasons in them', () => {
  const message = 'No file {file} in {folder}. There are none (at all).';
  speak(
    'ko',
    { 'It is empty.': '비어 있어요.' },
    {
      [message]: '{folder}에 {file}이 없어요.',
      'Not opened: {reason}': '열지 못했어요: {reason}',
    },
  );
  expect(translated('No file a.{b} in c d. There are none (at all).')).toBe(
    'c d에 a.{b}이 없어요.',
  );
  expect(translated('Not opened: It is empty.')).toBe('열지 못했어요: 비어 있어요.');
  expect(translated('Nobody knows this.')).toBe('Nobody knows this.');
});

test('parts of the page stand where the language puts them', () => {
  speak('ko', { 'Read {guide} first.': '먼저 {guide}를 읽어 주세요.' });
  expect(rich('Read {guide} first.', { guide: 7 })).toEqual(['먼저 ', 7, '를 읽어 주세요.']);
});
