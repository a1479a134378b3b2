/** A measure, for people. */
export interface MeasureTitle {
  readonly title: string;
  readonly unit?: 'nats' | 'dB';
  /** The better side, where one is. */
  readonly better?: 'more' | 'less';
}

/** Measures of trained models by their names, in the order in which they are told. */
const measureTitles = {
  elbo: { title: 'ELBO', unit: 'nats', better: 'more' },
  logLikelihood: { title: 'log p(x)', unit: 'nats', better: 'more' },
  effectiveSamples: { title: 'Effective draws of an example', better: 'more' },
  annealedLogLikelihood: { title: 'log p(x), annealed', unit: 'nats', better: 'more' },
  effectiveChains: { title: 'Effective chains of an example', better: 'more' },
  annealedAcceptance: { title: 'Accepted transitions of chains' },
  activeLatents: { title: 'Active latents' },
  mutualInformation: { title: 'Mutual information of x and z', unit: 'nats' },
  aggregateDivergence: { title: 'KL of the aggregate posterior', unit: 'nats', better: 'less' },
  squaredError: { title: 'Reconstruction, squared error', better: 'less' },
  psnr: { title: 'Reconstruction, PSNR', unit: 'dB', better: 'more' },
  ssim: { title: 'Reconstruction, SSIM', better: 'more' },
  msSsim: { title: 'Reconstruction, MS-SSIM', better: 'more' },
  frechet: { title: 'Fréchet distance', better: 'less' },
  kernel: { title: 'Kernel distance', better: 'less' },
  precision: { title: 'Precision', better: 'more' },
  recall: { title: 'Recall', better: 'more' },
  density: { title: 'Density', better: 'more' },
  coverage: { title: 'Coverage', better: 'more' },
  neighbourAccuracy: { title: 'Accuracy of 5 neighbours', better: 'more' },
  clusterRand: { title: 'Clusters and classes, adjusted Rand', better: 'more' },
  clusterInformation: { title: 'Clusters and classes, information', better: 'more' },
  mig: { title: 'Mutual information gap', better: 'more' },
  modularity: { title: 'Modularity', better: 'more' },
  factorVae: { title: 'FactorVAE score', better: 'more' },
  betaVae: { title: 'β-VAE score', better: 'more' },
  sap: { title: 'SAP score', better: 'more' },
  dciDisentanglement: { title: 'DCI disentanglement', better: 'more' },
  dciCompleteness: { title: 'DCI completeness', better: 'more' },
  dciInformativeness: { title: 'DCI informativeness', better: 'more' },
} as const satisfies Readonly<Record<string, MeasureTitle>>;

export type MeasureName = keyof typeof measureTitles;

export const measureNames = Object.keys(measureTitles) as readonly MeasureName[];

/** A number that a measure found. */
export interface Figure {
  readonly value: number;
  /** Uncertainty, where there is chance: see docs/judging.md for each measure's. */
  readonly error?: number;
  /** The standard error that draws alone cause, the examples being as they are. */
  readonly drawError?: number;
  /** Words without which numbers would be compared that cannot be: `of 40`, `by 100 draws`. */
  readonly detail?: string;
}

/**
 * Figures by their names, in the order of the measures: a measure's name, and after a slash the features by which
 * examples are compared, where they are.
 */
export type Figures = Readonly<Record<string, Figure>>;

/** Features by their names in a figure's, for people. */
const featureTitles: Readonly<Record<string, string>> = {
  raw: 'raw values',
  encoder: "the encoder's means",
};

/** The measure of a figure, and the features by which it compares. */
export function partsOf(name: string): {
  readonly measure: MeasureTitle | undefined;
  readonly features: string | undefined;
} {
  const [measure = '', ...features] = name.split('/');
  const own = features.join('/');
  return {
    measure: Object.hasOwn(measureTitles, measure)
      ? measureTitles[measure as MeasureName]
      : undefined,
    features: own === '' ? undefined : (featureTitles[own] ?? own),
  };
}
