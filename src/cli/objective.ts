import type { Dataset } from '../data/dataset.js';
import { UserError } from '../data/errors.js';
import type { TrainOptions } from './train.js';

type Config = Readonly<Record<string, unknown>>;

/** Options whose names say which key of the objective they set. */
function knobs(options: TrainOptions): Config {
  return options.beta === undefined ? {} : { beta: options.beta };
}

/** How many classes a dataset's labels have, and their names; nothing when it has no labels. */
function classesOf({ labels, classNames }: Dataset): Config {
  if (!labels) return {};
  const seen = Array.from(labels).reduce((most, label) => Math.max(most, label), 0) + 1;
  return {
    classes: Math.max(2, seen, classNames?.length ?? 0),
    ...(classNames ? { classNames } : {}),
  };
}

/**
 * The model's `kl` or `objective`: what a preset or a config file has, with the command line's
 * options over it.
 * @throws UserError when options exclude each other
 */
export function objectiveSettings(options: TrainOptions, model: Config, data: Dataset): Config {
  const base = model.objective as Config | undefined;
  const type = options.objective ?? (options.beta === undefined ? undefined : 'betaVae');
  const kl = {
    ...(options.klWeight === undefined ? {} : { weight: options.klWeight }),
    ...(options.klReduction === undefined ? {} : { reduction: options.klReduction }),
  };
  if (type === undefined && base === undefined) return { kl: { ...(model.kl as object), ...kl } };
  const kept = options.objective === undefined || options.objective === base?.type ? base : {};
  const objective: Config = {
    type: base && !options.objective ? base.type : type,
    ...kept,
    ...knobs(options),
  };
  if (Object.keys(kl).length > 0 && objective.type !== 'vae') {
    throw new UserError(
      `--kl-weight and --kl-reduction are for the objective vae, not ${String(objective.type)}. Leave them out.`,
    );
  }
  const classes = objective.type === 'conditional' ? { ...classesOf(data), ...objective } : {};
  if (objective.type === 'conditional' && !('classes' in classes)) {
    throw new UserError(
      `${data.name} has no labels, but the objective conditional needs them. Give labels (--label, or a subfolder for each class), or choose another objective.`,
    );
  }
  return { kl: undefined, objective: { ...objective, ...kl, ...classes } };
}
