import { said } from '../language/language.js';
import type { NextStep } from './next-steps.js';

/** Words for a message of the library or of the browser, as users of the page need them. */
export interface Row {
  /** The message, with `{name}` in the places of values. */
  readonly when: string;
  /** The words for it: cause, and next step. Values of the message may stand in them. */
  readonly say: string;
  /** Buttons for next steps. */
  readonly next?: readonly NextStep[];
}

const ofData: readonly Row[] = [
  {
    when: '{set}: it does not lie beside this page.',
    say: said('{set} does not lie beside this page. Train on other data.'),
    next: ['again', 'mnist', 'files'],
  },
  {
    when: '{set}: {file} is not installed and could not be downloaded ({reason}). {advice}',
    say: said(
      '{set} is not on this machine and could not be fetched ({reason}). Connect to the internet and try again, or train on other data.',
    ),
    next: ['again', 'mnist', 'files'],
  },
  {
    when: '{name}: pictures differ in size: {first} is {size}, {other} is {otherSize}. Give resize (--resize) to bring all to one size.',
    say: said(
      'The pictures differ in size: {first} is {size}, {other} is {otherSize}. Choose one size for all.',
    ),
  },
  {
    when: '{name}: pictures of {size} are too large to train on as they are. Give resize (--resize) to make them smaller.',
    say: said('Pictures of {size} are too large to train on as they are. Choose a smaller size.'),
  },
  {
    when: '{name}: a validation part of {share} leaves one part of {count} examples empty. Give a fraction between 0 and 1.',
    say: said(
      'There are {count} examples, too few to keep a part of {share} for validation. Give more examples, or choose another part.',
    ),
    next: ['files'],
  },
  {
    when: '{name} has no labels, but the objective conditional needs them. Give labels (--label, or a subfolder for each class), or choose another objective.',
    say: said(
      '{name} has no labels, and this objective needs the class of each example. Drop a folder with a subfolder for each class, or choose another objective.',
    ),
    next: ['files', 'objective'],
  },
  {
    when: '{name} is read as a table, but the likelihood is not table. Read plain numbers (--rows vectors), or leave the likelihood out.',
    say: said(
      '{name} is a table, each column of which is learnt by a likelihood of its own. Choose the likelihood Table.',
    ),
    next: ['likelihood'],
  },
  {
    when: 'The likelihood table is about rows of a table: example.columns must describe its columns. Read data with rows: table (--rows table), or choose another likelihood, such as gaussian.',
    say: said('The likelihood Table is for tables, and this data is none. Choose another one.'),
    next: ['likelihood'],
  },
  {
    when: 'This browser no longer keeps the data. Drop the files again.',
    say: said(
      'This browser no longer keeps the data. Drop the files again, or train on other data.',
    ),
    next: ['files', 'mnist'],
  },
  {
    when: 'The page cannot read {place}, which is on the disk of the machine that trained the run. Drop the data into the page, or choose other data.',
    say: said(
      'The page cannot read {place}, which is on the disk of the machine that trained the run. Drop the data onto the page, or choose other data.',
    ),
    next: ['files'],
  },
];

const ofSettings: readonly Row[] = [
  {
    when: 'batchSize {batch} is more than the {count} examples of {name}. Use {most} or less.',
    say: said(
      'A batch of {batch} is larger than the {count} examples of {name}. Take a smaller one.',
    ),
  },
  {
    when: 'The preset {preset} takes images whose height and width are multiples of 4, not [{shape}]. Use --resize, or the preset mlp.',
    say: said(
      'This network halves pictures twice, so their height and width must be multiples of 4. These are of shape {shape}: choose another network, or read the pictures at another size.',
    ),
    next: ['network'],
  },
  {
    when: 'The preset sequence takes sequences [steps] or [channels, steps], not [{shape}]. Read arrays as such (--sequences), or use the preset mlp.',
    say: said(
      'This network is for sequences, and these are examples of shape {shape}. Choose another one.',
    ),
    next: ['network'],
  },
  {
    when: 'The preset {preset} takes numbers that are all alike, not columns of a table. Read rows as sequences (--sequences), or leave the preset out.',
    say: said(
      'This network is for numbers that are all alike, and the data is a table. Choose another one.',
    ),
    next: ['network'],
  },
  {
    when: '--kl-weight and --kl-reduction are for the objective vae, not {objective}. Leave them out.',
    say: said(
      'The weight of the KL term is for the objective VAE, not for {objective}. Take it away.',
    ),
    next: ['objective'],
  },
  {
    when: '{name}: kl and objective exclude each other. Give the objective the weight, as in betaVae({ beta: 4 }).',
    say: said(
      'The KL term is weighed twice, by itself and by the objective. Take one of them away.',
    ),
    next: ['objective'],
  },
  {
    when: 'The objective {objective} has no prior to draw from. Fit a sampler to its latents, as by fitSampler(samplers.gaussian(), data), or train with another one, such as vae.',
    say: said(
      'The objective {objective} has no prior, so nothing new can be drawn. Train with another one, such as VAE.',
    ),
  },
  {
    when: "The decoder's output is {shape}, but {reason} for {wanted}. {advice}",
    say: said(
      'The decoder ends in the shape {shape}, but {reason} for {wanted}. Change its last layers.',
    ),
    next: ['network'],
  },
];

const ofMachine: readonly Row[] = [
  {
    when: 'The device webgpu has no adapter here: {reason}. Use the device cpu.',
    say: said('The browser found no graphics processor to compute on. Compute on the processor.'),
    next: ['processor'],
  },
  {
    when: 'The device cuda is none of a browser. Use the device webgpu or cpu.',
    say: said('A browser cannot compute by CUDA. Compute on the processor.'),
    next: ['processor'],
  },
  {
    when: 'This browser has no WebAssembly, or it is turned off, and nothing can be computed without. Turn it on, or use another browser.',
    say: said(
      'This browser has no WebAssembly, or it is turned off, and nothing can be computed without. Turn it on, or use another browser.',
    ),
    next: ['reload'],
  },
  {
    when: 'This browser may not run WebAssembly here, and nothing can be computed without: {reason}. Allow it for this page, or use another browser.',
    say: said(
      'Something keeps WebAssembly from running in this page: a setting, an extension, or a rule of the network. Nothing can be computed without it. Allow it for this page, or use another browser.',
    ),
    next: ['reload'],
  },
  {
    when: 'The part of the page that computes has stopped{reason}',
    say: said(
      'The part of the page that computes has stopped, as it does when memory runs out. Runs that were kept are safe. Reload the page to go on, with a smaller network or batch.',
    ),
    next: ['reload'],
  },
  {
    when: 'Training {count} parameters so takes about {needed} of memory, more than {share} % of the {most} that a page can have. {advice}',
    say: said(
      'Training so takes about {needed} of memory, and a page can have {most}. Take a smaller network, a smaller batch, or smaller pictures.',
    ),
    next: ['network'],
  },
  {
    when: 'The memory that a page has is too small for this model. {advice}',
    say: said(
      'The memory that a page has is too small for this network. Take a smaller one, a smaller batch, or smaller pictures.',
    ),
    next: ['network'],
  },
  {
    when: 'Failed to fetch dynamically imported module: {address}',
    say: said('A part of the page could not be loaded. Reload the page.'),
    next: ['reload'],
  },
  {
    when: 'Failed to fetch',
    say: said(
      'The page got no answer from where it came from. Look whether vaekit studio still runs and the network is there, then reload the page.',
    ),
    next: ['reload'],
  },
];

const ofRuns: readonly Row[] = [
  {
    when: '{name} has {parts} of its own, which is code and no part of a run: the studio runs none. {advice}',
    say: said(
      '{name} was trained with {parts} of its own, which is code that the page does not have. Open another run, or use this one on the command line.',
    ),
    next: ['runs'],
  },
  {
    when: 'There is no run {run}. Choose another one.',
    say: said('There is no run {run}. Choose another one.'),
    next: ['runs'],
  },
  {
    when: 'This browser no longer keeps the run. Choose another one.',
    say: said('This browser no longer keeps the run. Choose another one.'),
    next: ['runs'],
  },
  {
    when: 'The checkpoint is of another run: its {what} is {was}, but here it is {now}. {advice}',
    say: said(
      'The run cannot go on from where it was kept: its {what} was {was}, and now it is {now}. Start a new run.',
    ),
    next: ['new-run'],
  },
  {
    when: '{name}: the browser keeps nothing to go on from. Start a new run.',
    say: said('The browser keeps nothing of {name} to go on from. Start a new run.'),
    next: ['new-run'],
  },
];

/** The words for messages; the first row that fits is taken. */
export const table: readonly Row[] = [...ofData, ...ofSettings, ...ofMachine, ...ofRuns];
