import { z } from 'zod';
import { fillNormal, fillUniform, type RandomStream } from '../data/random.js';

/**
 * How a parameter starts:
 * - `glorotUniform`, `glorotNormal`: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010, eq. 16)
 * - `heUniform`, `heNormal`: variance 2 / fanIn (He et al. 2015, eq. 10)
 * - `lecunUniform`, `lecunNormal`: variance 1 / fanIn (LeCun et al. 1998, §4.6)
 * - `zeros`, `ones`, `{ constant: number }`
 */
export const initializerSchema = z.union([
  z.enum([
    'glorotUniform',
    'glorotNormal',
    'heUniform',
    'heNormal',
    'lecunUniform',
    'lecunNormal',
    'zeros',
    'ones',
  ]),
  z.strictObject({ constant: z.number() }),
]);

export type Initializer = z.infer<typeof initializerSchema>;

interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Fans of a weight [out, in, ...kernel]. */
function fansOf(shape: readonly number[]): Fans {
  const [out = 1, into = 1, ...kernel] = shape;
  const field = kernel.reduce((a, b) => a * b, 1);
  return { fanIn: into * field, fanOut: out * field };
}

const variances: Readonly<Record<string, (fans: Fans) => number>> = {
  glorot: ({ fanIn, fanOut }) => 2 / (fanIn + fanOut),
  he: ({ fanIn }) => 2 / fanIn,
  lecun: ({ fanIn }) => 1 / fanIn,
};

/**
 * The first values of a parameter.
 * @param shape [out, in, ...kernel] for weights
 */
export function initialize(
  initializer: Initializer,
  shape: readonly number[],
  stream: RandomStream,
): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if (typeof initializer === 'object') return values.fill(initializer.constant);
  if (initializer === 'zeros') return values;
  if (initializer === 'ones') return values.fill(1);
  const [, scheme, distribution] = /^(.+?)(Uniform|Normal)$/.exec(initializer)!;
  const deviation = Math.sqrt(variances[scheme!]!(fansOf(shape)));
  if (distribution === 'Normal') {
    fillNormal(stream, values);
    return values.map((value) => value * deviation);
  }
  const limit = Math.sqrt(3) * deviation;
  fillUniform(stream, values);
  return values.map((value) => (2 * value - 1) * limit);
}
