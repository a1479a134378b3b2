/** Plain data of a file. */
type Data = Readonly<Record<string, unknown>>;

const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A model as version 1 of the run folder's layout has it, as version 2 does: dense encoders saw
 * labels as channels too, and their parameters are shaped for that.
 */
export function withLabelChannels(model: unknown): unknown {
  if (!isData(model) || !isData(model.objective)) return model;
  const { objective } = model;
  return objective.type === 'conditional'
    ? { ...model, objective: { ...objective, encoderLabels: 'channels' } }
    : model;
}

/** Weight and reduction of a model's KL term, where its objective is `vae`. */
function klOf(model: unknown): Data | undefined {
  if (!isData(model)) return undefined;
  let { objective } = model;
  if (isData(objective) && objective.type === 'conditional') objective = objective.objective;
  if (isData(objective)) return objective.type === 'vae' ? objective : undefined;
  return isData(model.kl) ? model.kl : undefined;
}

/**
 * Finds how many times the KL divergence in nats was told as `kl`, before it was told unweighed.
 * @returns undefined where that changed by step
 */
function factorOf({ weight = 0.5, reduction = 'sum' }: Data, model: Data): number | undefined {
  if (typeof weight !== 'number') return undefined;
  return (2 * weight) / (reduction === 'mean' ? Number(model.latent) : 1);
}

/**
 * Metrics of the objective `vae` as they are told now. Before version 2 of the run folder's layout
 * `kl` was the weighed term of the loss: that is `weightedKl`, and `kl` the divergence in nats, which
 * is left out where the weight changed by step. Metrics that tell both are left as they are.
 * @param metrics of an epoch, or their sums
 * @param model as `config.json` has it
 */
export function withUnweighedKl<Values extends Readonly<Record<string, number>>>(
  metrics: Values,
  model: unknown,
): Values {
  const term = klOf(model);
  const factor = term && factorOf(term, model as Data);
  if (!term || factor === 1) return metrics;
  const entries = Object.entries(metrics).flatMap(([name, value]) => {
    const [, part] = /^(val_|)kl$/.exec(name) ?? [];
    if (part === undefined || `${part}weightedKl` in metrics) return [[name, value]];
    return [...(factor ? [[name, value / factor]] : []), [`${part}weightedKl`, value]];
  });
  return Object.fromEntries(entries) as Values;
}
