import { UserError } from '../base/errors.js';
import { formatTable } from '../report/table.js';
import {
  type Distances,
  type Judgement,
  judge,
  type LikelihoodJudgement,
  type MeanOfExamples,
  type WeightedLikelihood,
} from '../vae/judges/index.js';
import { type DataOptions, openRun } from './run.js';

/** Options of `vaekit judge`. */
export interface JudgeFlags extends DataOptions {
  readonly count: number;
  readonly samples: number;
  readonly temperatures: number;
  readonly seed?: number;
  readonly json?: boolean;
}

type Row = readonly [string, string, string];

const number = (value: number) =>
  Math.abs(value) >= 100 ? value.toFixed(1) : Number(value.toPrecision(4)).toString();

const withError = (title: string, { mean, error }: MeanOfExamples, unit = ''): Row => [
  title,
  `${number(mean)}${unit && ` ${unit}`}`,
  `± ${number(Number(error.toPrecision(2)))}`,
];

/** An estimate of log p(x), how far the draws alone may have moved it, and how many of them count. */
function weightedRows(title: string, draws: string, found: WeightedLikelihood): readonly Row[] {
  const { drawError, effectiveSamples } = found;
  const byDraws = Number.isNaN(drawError) ? '' : `± ${number(Number(drawError.toPrecision(2)))}`;
  return [
    withError(title, found, 'nats'),
    ['  error by the draws', '', byDraws],
    [`  effective ${draws}`, number(effectiveSamples), ''],
  ];
}

function likelihoodRows({ elbo, logLikelihood, samples, annealed }: LikelihoodJudgement) {
  return [
    withError('ELBO', elbo, 'nats'),
    ...weightedRows(`log p(x), by ${samples} draws`, 'draws', logLikelihood),
    ...(annealed
      ? weightedRows(
          `log p(x), annealed by ${annealed.temperatures} temperatures`,
          `chains of ${annealed.chains}`,
          annealed,
        )
      : []),
  ];
}

/** The rows of drawn examples, by one kind of features. */
function distanceRows(title: string, distances: Distances): readonly Row[] {
  const { frechet, kernel, precision, recall, density, coverage } = distances;
  return [
    [`Fréchet distance, ${title}`, number(frechet), ''],
    [
      `Kernel distance, ${title}`,
      number(kernel.mean),
      `± ${number(Number(kernel.deviation.toPrecision(2)))}`,
    ],
    [`Precision and recall, ${title}`, `${number(precision)}, ${number(recall)}`, ''],
    [`Density and coverage, ${title}`, `${number(density)}, ${number(coverage)}`, ''],
  ];
}

function rowsOf(found: Judgement): readonly Row[] {
  const { likelihood, activeLatents, reconstruction, drawn, disentanglement } = found;
  const { squaredError, psnr, ssim, msSsim } = reconstruction;
  return [
    ...(likelihood ? likelihoodRows(likelihood) : []),
    ...(activeLatents
      ? ([['Active latents', `${activeLatents.active} of ${activeLatents.of}`, '']] as const)
      : []),
    withError('Reconstruction, squared error', squaredError),
    ...(psnr ? [withError('Reconstruction, PSNR', psnr, 'dB')] : []),
    ...(ssim ? [withError('Reconstruction, SSIM', ssim)] : []),
    ...(msSsim ? [withError(`Reconstruction, MS-SSIM of ${msSsim.scales} scales`, msSsim)] : []),
    ...(drawn?.raw ? distanceRows('raw values', drawn.raw) : []),
    ...(drawn?.encoder ? distanceRows("the encoder's means", drawn.encoder) : []),
    ...(disentanglement
      ? ([
          ['Mutual information gap', number(disentanglement.mig), ''],
          ['Modularity', number(disentanglement.modularity), ''],
          ['FactorVAE score', number(disentanglement.factorVae), ''],
        ] as const)
      : []),
  ];
}

/** `vaekit judge`: judges a run by data, and prints all that its kind of model has. */
export async function judgeRun(run: string, options: JudgeFlags): Promise<void> {
  const { count, samples, temperatures, seed, json, ...loading } = options;
  const { vae, validated: data, part } = await openRun(run, loading);
  if (data.size < 6) {
    throw new UserError(
      `${data.name}: ${data.size} examples are too few to judge by. Give 6 or more.`,
    );
  }
  const found = await judge(vae, data, {
    count,
    samples,
    temperatures,
    ...(seed === undefined ? {} : { seed }),
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ data: data.name, part, ...found })}\n`);
    return;
  }
  const title = `${data.name}: ${found.examples} examples${part === 'all' ? '' : ` of the ${part} part`}`;
  const header = ['Measure', { header: 'Value', align: 'right' as const }, 'Error'];
  process.stdout.write(`${formatTable(header, rowsOf(found), { title })}\n`);
}
