import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * Readers with the faults that fuzzing is to find, so that tests can show that it finds them.
 */
const seeds = async () => [new Uint8Array(8)];

export const faultyReaders = [
  {
    name: 'throws',
    seeds,
    read: async () => {
      throw new TypeError('no line for a user');
    },
  },
  {
    name: 'stays busy',
    seeds,
    read: async () => {
      const end = performance.now() + 300;
      while (performance.now() < end);
    },
  },
  {
    name: 'takes memory',
    seeds,
    read: async () => {
      new Uint8Array(300 * 2 ** 20).fill(1);
    },
  },
  { name: 'dies', seeds, read: async () => process.abort() },
  {
    name: 'writes outside',
    seeds,
    read: async (_bytes, { folder }) => appendFileSync(join(folder, '..', 'outside'), 'x'),
  },
];
