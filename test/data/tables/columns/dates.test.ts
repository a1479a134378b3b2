import { expect, test } from 'vitest';
import {
  dateTools,
  findFormat,
  isoMoment,
  unitOf,
} from '../../../../src/data/tables/columns/dates.js';

const tools = await dateTools();

test.each([
  ['YYYY-MM-DD', ['2024-02-29', '1899-12-31']],
  ['YYYY-MM', ['2024-02', '2023-12']],
  ['YYYY/M/D', ['2024/2/9', '2024/12/31']],
  ['MM/DD/YYYY', ['02/29/2024', '12/01/2023']],
  ['DD/MM/YYYY', ['29/02/2024', '01/12/2023']],
  ['D/M/YYYY', ['29/2/2024', '1/12/2023']],
  ['M/D/YY', ['2/29/24', '12/1/23']],
  ['DD.MM.YYYY', ['29.02.2024', '01.12.2023']],
  ['DD-MMM-YYYY', ['29-Feb-2024', '01-Dec-2023']],
  ['MMM D, YYYY', ['Feb 29, 2024', 'Dec 1, 2023']],
  ['YYYY-MM-DD HH:mm', ['2024-02-29 23:59', '2023-12-01 00:00']],
  ['YYYY-MM-DDTHH:mm:ss[Z]', ['2024-02-29T23:59:59Z', '2023-12-01T00:00:00Z']],
  ['M/D/YYYY h:mm A', ['2/29/2024 1:05 PM', '12/1/2023 12:00 AM']],
])('%s is found, and writes the texts that it read', (format, texts) => {
  expect(findFormat(texts, tools)?.format).toBe(format);
  for (const text of texts) expect(tools.format(tools.parse(text, format), format)).toBe(text);
});

test.each([
  ['days that are not there', ['2024-02-30', '2024-02-01']],
  ['words', ['2024-02-01', 'unknown']],
  ['months over 12', ['13/13/2024', '01/01/2024']],
  ['two formats', ['2024-02-01', '01.02.2024']],
  ['numbers', ['20240201', '20240202']],
])('%s are no dates', (_, texts) => {
  expect(findFormat(texts, tools)).toBeUndefined();
});

test('another order of day and month is told where it fits as well', () => {
  expect(findFormat(['01/02/2024', '03/04/2024'], tools)).toEqual({
    format: 'MM/DD/YYYY',
    other: 'DD/MM/YYYY',
  });
  expect(findFormat(['01/13/2024', '03/04/2024'], tools)?.other).toBeUndefined();
});

test('moments are UTC', () => {
  const noon = Date.UTC(2024, 1, 29, 12);
  expect(tools.parse('2024-02-29 12:00', 'YYYY-MM-DD HH:mm')).toBe(noon);
  expect(isoMoment('2024-02-29 12:00')).toBe(noon);
  expect(isoMoment('2024-02-29T12:00:00.000Z')).toBe(noon);
  expect(isoMoment('2024-02-29T14:00:00+02:00')).toBe(noon);
  expect(isoMoment('29.2.2024')).toBeNaN();
});

test('the unit is the largest of which all moments are multiples', () => {
  const day = Date.UTC(2024, 1, 29);
  expect(unitOf([day, 0])).toBe('day');
  expect(unitOf([day, day + 60_000])).toBe('minute');
  expect(unitOf([day, day + 61_000])).toBe('second');
});
