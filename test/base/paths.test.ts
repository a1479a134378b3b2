import { expect, test } from 'vitest';
import { fileName } from '../../src/base/paths.js';

test('a name of any language is part of a file name, and no sign leads out of a folder', () => {
  expect(fileName('강아지 사진')).toBe('강아지_사진');
  expect(fileName('강아지'.normalize('NFD'))).toBe('강아지');
  expect(fileName('Übung-2.csv')).toBe('Übung-2.csv');
  expect(fileName('हिन्दी')).toBe('हिन्दी');
  expect(fileName('a/b\\c: d')).toBe('a_b_c_d');
});
