import onnxProto from 'onnx-proto';
import { describe, expect, it } from 'vitest';
import {
  add,
  exp,
  gradient,
  input,
  mul,
  sum,
  toModel,
  transpose,
  type Value,
  withGradient,
  within,
} from '../../src/graph/index.js';
import { optimize } from '../../src/graph/rewrite/index.js';

const x = input('x', [2, 3]);

const namesOf = (outputs: Record<string, Value>) =>
  onnxProto.onnx.ModelProto.decode(toModel({ inputs: [x], outputs })).graph!.node!.map(({ name }) =>
    name!.replace(/_v?\w+$/, ''),
  );

const first = within({ phase: 'forward', part: 'first' }, () => exp(x));
const second = within({ phase: 'forward', part: 'second' }, () => sum(mul(first, first)));

describe('the names of nodes', () => {
  it('tell the phase and part that the operations were made in', () => {
    expect(namesOf({ y: second })).toEqual([
      'forward/first/Exp',
      'forward/second/Mul',
      'forward/second/ReduceSum',
    ]);
  });

  it("give a gradient's operations the part of the operation that they are derived from", () => {
    const [dx] = gradient(second, [x]);
    const backward = namesOf({ dx: dx! }).filter((name) => name.startsWith('backward'));
    expect(backward.length).toBeGreaterThanOrEqual(2);
    expect(new Set(backward.map((name) => name.split('/')[1]))).toEqual(
      new Set(['first', 'second']),
    );
  });

  it('do so where the derivative is given by hand', () => {
    const value = within({ phase: 'forward', part: 'own' }, () =>
      withGradient(exp(x), [x], (g) => [mul(g, exp(x))]),
    );
    const [dx] = gradient(
      within({ phase: 'forward', part: 'loss' }, () => sum(value)),
      [x],
    );
    expect(namesOf({ dx: dx! })).toContain('backward/own/Exp');
  });

  it('are kept by rewriting', () => {
    const turned = within({ phase: 'forward', part: 'turned' }, () =>
      add(transpose(x, [1, 0]), transpose(first, [1, 0])),
    );
    const [y] = optimize([turned]);
    // The sum is now before the transpose, and both are of the part.
    expect(namesOf({ y: y! })).toEqual([
      'forward/first/Exp',
      'forward/turned/Add',
      'forward/turned/Transpose',
    ]);
  });

  it('are of the innermost part, also after a part that failed', () => {
    const fails = () =>
      within({ part: 'broken' }, () => {
        throw new Error('no');
      });
    const value = within({ phase: 'forward', part: 'outer' }, () => {
      expect(fails).toThrow('no');
      const inner = within({ part: 'outer.0' }, () => exp(x));
      return add(inner, inner);
    });
    expect(namesOf({ y: value })).toEqual(['forward/outer.0/Exp', 'forward/outer/Add']);
  });
});
