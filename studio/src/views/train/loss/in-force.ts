import { computed } from '@preact/signals';
import { metrics, run, steered, trace } from '../../../train/session.js';
import { latestOf, traceOfEpochs } from '../../../train/trace.js';
import { objectiveOf, toldLoss } from './told.js';

/** The loss of the run that is shown, on the examples of training and of validation. */
export const present = computed(() => {
  const objective = objectiveOf(run.value?.config.model);
  const last = metrics.value.at(-1);
  const latest = latestOf(trace.value.steps > 0 ? trace.value : traceOfEpochs(metrics.value));
  const planned = (name: string) => {
    const value = objective[name];
    return typeof value === 'number' ? value : undefined;
  };
  const changed = (name: string) => steered.value[name];
  // Validation takes the numbers of the end of a schedule, so that epochs can be compared.
  const isConstant = (name: string) => typeof objective[name] !== 'object';
  const inForce = (name: string) => changed(name) ?? last?.[name] ?? planned(name);
  const atEnd = (name: string) => (isConstant(name) ? inForce(name) : changed(name));
  return {
    objective: objective.type,
    /** Steps that the loss on examples of training is the mean of. */
    steps: latest?.steps ?? 0,
    training: latest && toldLoss(objective, latest.metrics, inForce),
    validation: last && toldLoss(objective, last, atEnd, 'val_'),
    /** β where it can be changed while the model trains. */
    beta: objective.type === 'betaVae' ? inForce('beta') : undefined,
  };
});
