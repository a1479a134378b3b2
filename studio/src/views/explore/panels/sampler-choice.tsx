import { useSignal } from '@preact/signals';
import { amount, t, translated } from '../../../language/language.js';
import { Notice } from '../../../ui/notice.js';
import { samplerSchema } from '../../train/all-settings/schema.js';
import { SchemaField } from '../../train/all-settings/schema-field.js';
import type { Exploration } from '../exploration.js';

type Config = Readonly<Record<string, unknown>>;

/** Chooses the sampler by which latents are drawn, and fits it to the latents of the training data. */
export function SamplerChoice({
  exploration,
  onFitted,
}: {
  exploration: Exploration;
  onFitted(): void;
}) {
  const { run, info, service, id } = exploration;
  const chosen = useSignal(run.config.sampler as Config | undefined);
  const isFitting = useSignal(false);
  const told = useSignal<string | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const fit = async () => {
    isFitting.value = true;
    problem.value = undefined;
    try {
      const { told: facts, examples } = await service.fitSampler(
        id,
        chosen.value,
        exploration.ownData,
      );
      const done = chosen.value
        ? t('Fitted to the latents of {n} examples.', { n: amount(examples) })
        : t('Latents are drawn from the prior.');
      told.value = facts ? `${done} ${translated(facts)}` : done;
      onFitted();
    } catch (error) {
      problem.value = (error as Error).message;
    } finally {
      isFitting.value = false;
    }
  };
  return (
    <div class="stack-tight">
      <SchemaField
        name="sampler"
        schema={samplerSchema()}
        value={chosen.value}
        onChange={(next) => {
          chosen.value = next as Config | undefined;
        }}
      />
      <div class="row">
        <button
          type="button"
          disabled={isFitting.value || (!chosen.value && !info.hasPrior)}
          onClick={fit}
        >
          {chosen.value ? t('Fit to the training data') : t('Draw from the prior')}
        </button>
        <span class="small soft" role="status">
          {isFitting.value ? t('Fitting …') : told.value}
        </span>
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </div>
  );
}
