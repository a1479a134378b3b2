import { Tensor } from 'onnxruntime-common';
import { compile, type DType, input, type Shape, type Value } from '../../src/graph/index.js';
import { parseDimension } from '../../src/graph/value.js';

/** Numbers fed to a program under test. */
export interface Feed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly dtype?: DType;
  /** The shape the program is built with, when it has symbolic dimensions. */
  readonly symbolic?: Shape;
}

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
};

export function tensor(feed: Feed, dtype: DType = feed.dtype ?? 'float64'): Tensor {
  if (dtype === 'int64') {
    return new Tensor('int64', BigInt64Array.from(feed.data.map(BigInt)), feed.shape);
  }
  return new Tensor(dtype, arrays[dtype].from(feed.data), feed.shape);
}

/** The shape that a value has when it runs on the feeds. */
export function resolve(shape: Shape, feeds: readonly Feed[]): number[] {
  const sizes = new Map(
    feeds.flatMap(({ symbolic = [], shape: fed }) =>
      symbolic.map((dimension, axis) => [dimension, fed[axis]!] as const),
    ),
  );
  return shape.map((dimension) => {
    if (typeof dimension === 'number') return dimension;
    const { factor, symbols } = parseDimension(dimension);
    return symbols.reduce((product, symbol) => product * sizes.get(symbol)!, factor);
  });
}

export interface Result {
  readonly dims: readonly number[];
  readonly data: number[];
}

/** Builds a program over the feeds, runs it in ONNX Runtime and returns its outputs. */
export async function evaluate(
  build: (...inputs: Value[]) => Record<string, Value>,
  feeds: readonly Feed[],
  dtype: DType = 'float64',
): Promise<Record<string, Result>> {
  const inputs = feeds.map((feed, i) =>
    input(`x${i}`, feed.symbolic ?? feed.shape, feed.dtype ?? dtype),
  );
  const session = await compile({ inputs, outputs: build(...inputs) }, { threads: 1 });
  try {
    const results = await session.run(
      Object.fromEntries(feeds.map((feed, i) => [`x${i}`, tensor(feed, feed.dtype ?? dtype)])),
    );
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [
        name,
        { dims, data: Array.from(data as ArrayLike<number | bigint>, Number) },
      ]),
    );
  } finally {
    await session.release();
  }
}
