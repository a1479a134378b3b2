import { Diagram } from '../diagram/diagram.js';
import type { DiagramValues } from '../diagram/diagram-model.js';
import {
  decoded,
  digit,
  digitPicture,
  digits,
  drawEpsilon,
  encoded,
  epsilon,
  model,
  pictureOf,
  z,
} from './play.js';

/** The values of a network's layers by their names. */
const named = (path: string, layers: readonly Float32Array[] = []) =>
  Object.fromEntries(layers.map((data, i) => [`${path}.${i}`, { data, dims: [1, data.length] }]));

/** The model that is played with as a diagram, with its values now. */
export function PlayDiagram() {
  const [played, from, at, posterior, made] = [
    model.value,
    digits.value,
    digit.value,
    encoded.value,
    decoded.value,
  ];
  if (!played || !made) return null;
  const values: DiagramValues = {
    input: from && at !== undefined ? digitPicture(from, at) : undefined,
    mean: posterior?.mean,
    logVariance: posterior?.logVariance,
    epsilon: posterior && epsilon.value,
    z: z.value,
    output: pictureOf(made.image),
    layers: { ...named('encoder', posterior?.layers), ...named('decoder', made.layers) },
  };
  return <Diagram model={played} values={values} onDraw={posterior && drawEpsilon} />;
}
