import { expect, test } from 'vitest';
import type { Checkpoint } from '../../src/training/index.js';
import {
  checkpointInForce,
  configInForce,
  controlsOf,
  numberChanges,
} from '../../studio/src/train/steering.js';

const steered = { beta: 4, learningRate: 0.002 };

test('steered numbers are controls, and are in the config', () => {
  expect(controlsOf(steered)).toEqual({ learningRate: 0.002, schedules: { beta: 4 } });
  expect(controlsOf({})).toEqual({ schedules: {} });
  const config = {
    model: { objective: { type: 'betaVae', beta: 0.5 }, latent: 2 },
    training: { optimizer: { type: 'adam', learningRate: { type: 'cosine' } }, epochs: 3 },
  };
  expect(configInForce(config, steered)).toEqual({
    model: { objective: { type: 'betaVae', beta: 4 }, latent: 2 },
    training: { optimizer: { type: 'adam', learningRate: 0.002 }, epochs: 3 },
  });
  expect(configInForce(config, {})).toEqual(config);
  expect(configInForce(config)).toEqual(config);
});

test('a config without such numbers stays as it is', () => {
  const config = { model: { latent: 2 }, training: { epochs: 3 } };
  expect(configInForce(config, steered)).toEqual(config);
});

test('a checkpoint goes on with numbers that were set after it', () => {
  const at = (changes: Checkpoint['changes']) => ({ step: 9, changes }) as Checkpoint;
  const before = [{ step: 3, schedules: { beta: 4 } }];
  expect(checkpointInForce(at(before), { beta: 4 }).changes).toEqual(before);
  expect(checkpointInForce(at(before), steered).changes).toEqual([
    ...before,
    { step: 10, learningRate: 0.002 },
  ]);
  expect(checkpointInForce(at([]), { beta: 1 }).changes).toEqual([
    { step: 10, schedules: { beta: 1 } },
  ]);
  expect(checkpointInForce(at([])).changes).toEqual([]);
});

test('changes are told by epochs and fields', () => {
  const changes = [
    { step: 1, schedules: { beta: 2 } },
    { step: 6, learningRate: 0.1, schedules: { beta: 4 } },
    { step: 7, rateFactor: 0.5 },
    { step: 8, learningRate: null },
  ];
  expect(numberChanges(changes, 10)).toEqual([
    { epochs: 0, name: 'beta', value: 2 },
    { epochs: 0.5, name: 'beta', value: 4 },
    { epochs: 0.5, name: 'learningRate', value: 0.1 },
  ]);
});
