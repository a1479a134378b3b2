import { said, t } from '../../language/language.js';

/** Kinds of layers, each explained in a sentence. */
const texts: Readonly<Record<string, string>> = {
  dense: said(
    'Each of its units sees all values of the layer before: a weighted sum, a bias, and an activation.',
  ),
  gatedDense: said(
    'Each of its units is a weighted sum of all values before, times a gate between 0 and 1 that is learnt too.',
  ),
  conv2d: said(
    'Small windows slide over the image. Each filter answers where its pattern is; a stride of 2 halves height and width.',
  ),
  convTranspose2d: said(
    'The way back of a convolution: each value paints a small window, and a stride of 2 doubles height and width.',
  ),
  maskedConv2d: said(
    'A convolution that sees only what comes before its own place, row by row, so that each place can be guessed from those before it.',
  ),
  attention: said(
    'Each position looks at all the others, and takes something of those that matter to it.',
  ),
  conv1d: said('Small windows slide along the steps. Each filter answers where its pattern is.'),
  convTranspose1d: said(
    'The way back of a convolution along steps: a stride of 2 doubles the length.',
  ),
  reshape: said('The same values in another shape. Nothing is learnt here.'),
  flatten: said('The same values in one row. Nothing is learnt here.'),
  residual: said(
    'Layers whose outcome is added to what goes in, so that gradients find a short way back.',
  ),
  groupNorm: said('Values are brought to mean 0 and variance 1 within groups of channels.'),
  layerNorm: said('Values are brought to mean 0 and variance 1 within each example.'),
  batchNorm: said('Values are brought to mean 0 and variance 1 over the batch.'),
  activation: said(
    'A bend in each value, without which all layers together would be one weighted sum.',
  ),
  dropout: said(
    'While it trains, some values are set to 0 at random, so that no unit relies on one other alone.',
  ),
  upsample: said('Each value is repeated, so that height and width grow.'),
  sampling: said('z is drawn: μ + σ · ε. Nothing is learnt here.'),
  vectorQuantizer: said(
    'A codebook of vectors. Each position takes the nearest one, by its number.',
  ),
};

const other = said('A layer of the network.');

/** The explanation of a kind of layer, in the language in force. */
export const layerText = (type: string): string =>
  t(Object.hasOwn(texts, type) ? texts[type]! : other);
