import { z } from 'zod';
import { fillNormal, fillUniform, type RandomStream } from '../base/random.js';
import { elementCount } from '../base/shape.js';

/**
 * Ways in which a parameter starts:
 * - `glorotUniform`, `glorotNormal`: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010, eq. 16)
 * - `heUniform`, `heNormal`: variance 2 / fanIn (He et al. 2015, eq. 10)
 * - `lecunUniform`, `lecunNormal`: variance 1 / fanIn (LeCun et al. 1998, §4.6)
 * - `torchUniform`: between ±1/√fanIn, biases too, as PyTorch's linear and convolutional layers start
 * - `orthogonal`: rows or columns, the fewer of them, are orthonormal (Saxe et al. 2014, §3)
 * - `zeros`, `ones`, `{ constant: number }`
 * - `{ normal: { mean, deviation } }`
 * - `{ uniform: { limit } }`: between ±limit
 *
 * Biases start at zero, but for `torchUniform`.
 */
export const initializerSchema = z
  .union([
    z.enum([
      'glorotUniform',
      'glorotNormal',
      'heUniform',
      'heNormal',
      'lecunUniform',
      'lecunNormal',
      'torchUniform',
      'orthogonal',
      'zeros',
      'ones',
    ]),
    z.strictObject({ constant: z.number().describe('The value of every element.') }),
    z.strictObject({
      normal: z
        .strictObject({
          mean: z.number().default(0).describe('The mean of the elements.'),
          deviation: z.number().min(0).describe('Their standard deviation.'),
        })
        .describe('Normal elements.'),
    }),
    z.strictObject({
      uniform: z
        .strictObject({ limit: z.number().min(0).describe('The most an element is off zero.') })
        .describe('Elements as likely anywhere within a limit.'),
    }),
  ])
  .meta({ id: 'initializer', description: 'How a parameter starts.' });

export type Initializer = z.infer<typeof initializerSchema>;

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Fans of a weight [out, in, ...kernel]. */
function fansOf(shape: readonly number[]): Fans {
  const [out = 1, into = 1, ...kernel] = shape;
  const field = elementCount(kernel);
  return { fanIn: into * field, fanOut: out * field };
}

const variances: Readonly<Record<string, (fans: Fans) => number>> = {
  glorot: ({ fanIn, fanOut }) => 2 / (fanIn + fanOut),
  he: ({ fanIn }) => 2 / fanIn,
  lecun: ({ fanIn }) => 1 / fanIn,
  torch: ({ fanIn }) => 1 / (3 * fanIn),
};

/** Decides how a layer's bias starts, where its weight [out, in, ...kernel] has the initializer. */
export function biasInitializer(
  initializer: Initializer,
  weightShape: readonly number[],
): Initializer {
  if (initializer !== 'torchUniform') return 'zeros';
  return { uniform: { limit: 1 / Math.sqrt(fansOf(weightShape).fanIn) } };
}

/** Makes elements as likely anywhere between ±limit. */
function fillWithin(values: Float32Array, limit: number, stream: RandomStream): Float32Array {
  fillUniform(stream, values);
  return values.map((value) => (2 * value - 1) * limit);
}

/**
 * A random matrix with orthonormal rows, or columns where they are fewer, each direction as likely
 * as every other: the vectors of a normal matrix, made orthogonal one after another (modified
 * Gram-Schmidt; Golub and Van Loan, "Matrix Computations", §5.2.8).
 * @param shape [out, in, ...kernel]: a matrix of `out` rows
 */
function orthogonal(shape: readonly number[], stream: RandomStream): Float32Array {
  const [rows = 1, ...rest] = shape;
  const columns = elementCount(rest);
  const [count, length] = rows <= columns ? [rows, columns] : [columns, rows];
  const normal = new Float32Array(count * length);
  fillNormal(stream, normal);
  const vectors = Array.from({ length: count }, (_, i) =>
    Float64Array.from(normal.subarray(i * length, (i + 1) * length)),
  );
  vectors.forEach((vector, i) => {
    const size = Math.sqrt(dot(vector, vector));
    for (let k = 0; k < length; k++) vector[k]! /= size;
    for (const other of vectors.slice(i + 1)) {
      const share = dot(vector, other);
      for (let k = 0; k < length; k++) other[k]! -= share * vector[k]!;
    }
  });
  return normal.map((_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return rows <= columns ? vectors[row]![column]! : vectors[column]![row]!;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let k = 0; k < a.length; k++) total += a[k]! * b[k]!;
  return total;
}

/**
 * The first values of a parameter.
 * @param shape [out, in, ...kernel] for weights
 */
export function initialize(
  initializer: Initializer,
  shape: readonly number[],
  stream: RandomStream,
): Float32Array {
  const values = new Float32Array(elementCount(shape));
  if (typeof initializer === 'object') {
    if ('constant' in initializer) return values.fill(initializer.constant);
    if ('uniform' in initializer) return fillWithin(values, initializer.uniform.limit, stream);
    const { mean, deviation } = initializer.normal;
    fillNormal(stream, values);
    return values.map((value) => mean + deviation * value);
  }
  if (initializer === 'zeros') return values;
  if (initializer === 'ones') return values.fill(1);
  if (initializer === 'orthogonal') return orthogonal(shape, stream);
  const [, scheme, distribution] = /^(.+?)(Uniform|Normal)$/.exec(initializer)!;
  const deviation = Math.sqrt(variances[scheme!]!(fansOf(shape)));
  if (distribution === 'Normal') {
    fillNormal(stream, values);
    return values.map((value) => value * deviation);
  }
  return fillWithin(values, Math.sqrt(3) * deviation, stream);
}
