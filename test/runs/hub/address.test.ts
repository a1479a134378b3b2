import { expect, test } from 'vitest';
import { formatHubAddress, localName, parseHubAddress } from '../../../src/runs/index.js';

test('addresses name a repository, a revision and a folder', () => {
  const cases: [string, string, string, string][] = [
    ['hf://ann/digits', 'ann/digits', 'main', ''],
    ['ann/digits', 'ann/digits', 'main', ''],
    ['hf://ann/digits@v1.0', 'ann/digits', 'v1.0', ''],
    ['hf://ann/digits/runs/a/', 'ann/digits', 'main', 'runs/a'],
    ['hf://ann/digits@a%2Fb/runs', 'ann/digits', 'a/b', 'runs'],
    ['hf://ann/digits@refs/pr/1/runs', 'ann/digits', 'refs/pr/1', 'runs'],
    ['hf://A_1/b.c-d', 'A_1/b.c-d', 'main', ''],
  ];
  for (const [text, repo, revision, path] of cases) {
    const address = parseHubAddress(text);
    expect(address).toEqual({ repo, revision, path });
    expect(parseHubAddress(formatHubAddress(address))).toEqual(address);
  }
  expect(localName('hf://ann/digits@v1')).toBe('digits');
  expect(localName('hf://ann/digits@v1/runs/a')).toBe('a');
});

test('a text that is no address, or leads out of the repository, is refused in a line', () => {
  const wrong = [
    ...['hf://', 'hf://ann', 'hf://ann/', 'hf:///digits', 'hf://a nn/digits', 'hf://../digits'],
    ...['hf://ann/..', 'hf://ann/a..b', 'hf://ann/.a', 'hf://datasets/ann/digits'],
    ...[
      'hf://ann/digits@',
      'hf://ann/digits@../x',
      'hf://ann/digits@a%2F..%2Fb',
      'hf://ann/digits@%',
    ],
    ...['hf://ann/digits/..', 'hf://ann/digits/a/../../b', 'hf://ann/digits/a//b'],
    ...['hf://ann/digits/a\\..\\b', 'hf://ann/digits/C:/x', 'hf://ann/digits/a\nb'],
  ];
  for (const text of wrong) {
    expect(() => parseHubAddress(text), text).toThrow(
      /^[^\n]*Write hf:\/\/owner\/name, or[^\n]*\.$/,
    );
  }
});
