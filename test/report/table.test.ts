import { expect, it } from 'vitest';
import { formatTable } from '../../src/report/table.js';

it('lays out a summary: text to the left, numbers to the right, title and footer around', () => {
  const table = formatTable(
    ['Layer', 'Output shape', 'Parameters'],
    [
      ['encoder.0 (dense)', '[2]', 1570],
      ['mean (dense)', '[2]', 6],
    ],
    { title: 'Model: vae', footer: ['Parameters: 1,576', 'Bytes: 6,304'] },
  );
  expect(table).toBe(
    [
      'Model: vae',
      'Layer              Output shape  Parameters',
      '───────────────────────────────────────────',
      'encoder.0 (dense)  [2]                1,570',
      'mean (dense)       [2]                    6',
      '───────────────────────────────────────────',
      'Parameters: 1,576',
      'Bytes: 6,304',
    ].join('\n'),
  );
});

it('follows the alignment it is told and counts characters, not UTF-16 units', () => {
  const table = formatTable(
    [
      { header: 'z₁ 𝜇', align: 'right' },
      { header: 'loss', align: 'left' },
    ],
    [
      ['abcdef', 1.70123],
      ['𝜇', 12],
    ],
  );
  expect(table).toBe(['  z₁ 𝜇  loss', '──────────────', 'abcdef  1.7012', '     𝜇  12'].join('\n'));
});

it('draws the heading alone when there are no rows', () => {
  expect(formatTable(['a', 'bc'], [])).toBe('a  bc\n─────');
});

it('refuses rows of another length', () => {
  expect(() => formatTable(['a', 'b'], [['1', '2'], ['1']])).toThrow(
    new RangeError('Row 1 has 1 cells, the table 2 columns.'),
  );
});
