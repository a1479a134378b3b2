import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { takeConfig } from '../../../train/config-in.js';
import type { Plan } from '../../../train/settings.js';
import { Notice } from '../../../ui/notice.js';
import { saveFile } from '../../../ui/save-file.js';

/** The config of a plan as a file, which `vaekit train --config` takes; data of this browser is not named. */
function textOf({ config: { model, training } }: Plan): string {
  const { data, ...rest } = training;
  const isHere = String(data).startsWith('kept:');
  return `${JSON.stringify({ model, training: isHere ? rest : training }, null, 2)}\n`;
}

/**
 * Gives the config as a file, and takes one.
 * @param isPlanned false while `plan` is not of the settings that are chosen
 */
export function ConfigPanel({ plan, isPlanned }: { plan: Plan; isPlanned: boolean }) {
  const id = useId();
  const text = useSignal('');
  const problem = useSignal<string | undefined>(undefined);
  const told = useSignal<string | undefined>(undefined);
  const use = async () => {
    told.value = undefined;
    try {
      await takeConfig(text.value, t('the text'));
      problem.value = undefined;
      told.value = t('The settings are those of the config.');
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <section class="stack-tight" aria-label={t('Config file')}>
      <h3 class="field-label">{t('Config file')}</h3>
      <p class="soft small">
        {t('The same file works here and on the command line, with vaekit train --config.')}
      </p>
      <div class="row">
        <button
          type="button"
          disabled={!isPlanned}
          onClick={async () => {
            await navigator.clipboard.writeText(textOf(plan));
            told.value = t('The config is copied.');
          }}
        >
          {t('Copy')}
        </button>
        <button
          type="button"
          disabled={!isPlanned}
          onClick={() =>
            saveFile(new TextEncoder().encode(textOf(plan)), 'vae.config.json', 'application/json')
          }
        >
          {t('Download')}
        </button>
      </div>
      <label for={id} class="field-label">
        {t('Paste a config, or drop its file anywhere on the page')}
      </label>
      <textarea
        id={id}
        rows={4}
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <div class="row">
        <button type="button" disabled={text.value.trim() === ''} onClick={use}>
          {t('Use this config')}
        </button>
      </div>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      {told.value && <p role="status">{told.value}</p>}
    </section>
  );
}
