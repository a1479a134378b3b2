import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../../language/language.js';
import { chooseMore, withChoicesSince } from '../../../train/chosen.js';
import { formFields } from '../../../train/fields.js';
import { Notice } from '../../../ui/notice.js';
import type { Planning } from '../planning.js';
import { ConfigPanel } from './config-panel.js';
import { optionsOf } from './schema.js';
import { LayersEditor, SchemaField } from './schema-field.js';
import { ShapesOfLayers } from './shapes.js';
import './all-settings.css';

type Data = Readonly<Record<string, unknown>>;

/** Options that the form shows itself, that follow from the data, or that are about files of a run. */
const elsewhere = new Set([
  ...formFields.map(({ path }) => path).filter((path) => path !== 'model.likelihood'),
  ...['model.input', 'model.example', 'model.kl', 'model.encoder', 'model.decoder'],
  ...['training.data', 'training.dataFrom', 'training.read', 'training.checkpoint'],
  ...['training.keepCheckpoints'],
]);

/** All options of a run that stand nowhere else, by the schema of configs, and the config as a file. */
export function AllSettings({
  planning,
  onClose,
}: {
  /** Planning that has a plan. */
  planning: Planning;
  onClose(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { isPlanned, problem } = planning;
  const plan = planning.plan!;
  const config = withChoicesSince(planning.planned!, plan.config);
  const { summary } = plan;
  const shapes = new Map(summary.rows.map((row) => [row.name, row]));
  const layers = (part: 'encoder' | 'decoder') => (
    <LayersEditor
      title={part === 'encoder' ? t('Encoder') : t('Decoder')}
      path={part}
      layers={config.model[part] as readonly Data[]}
      onChange={(next) =>
        chooseMore('model', {
          encoder: config.model.encoder,
          decoder: config.model.decoder,
          [part]: next,
        })
      }
    />
  );
  return (
    <ShapesOfLayers.Provider value={shapes}>
      <dialog
        ref={dialog}
        class="panel all-settings"
        aria-labelledby="all-settings"
        onClose={onClose}
      >
        <div class="row spread">
          <h2 id="all-settings">{t('All settings')}</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            {t('Close')}
          </button>
        </div>
        {problem && <Notice kind="error">{problem}</Notice>}
        <div class="all-settings-parts">
          <div class="stack">
            <h3>{t('Model')}</h3>
            <Part part="model" value={config.model} />
            <ConfigPanel plan={plan} isPlanned={isPlanned} />
          </div>
          <div class="stack">
            <h3>{t('Layers')}</h3>
            {layers('encoder')}
            {layers('decoder')}
          </div>
          <div class="stack">
            <h3>{t('How it is trained')}</h3>
            <Part part="training" value={config.training} />
          </div>
        </div>
      </dialog>
    </ShapesOfLayers.Provider>
  );
}

function Part({ part, value }: { part: 'model' | 'training'; value: Data }) {
  const options = Object.entries(optionsOf(part)).filter(
    ([name]) => !elsewhere.has(`${part}.${name}`),
  );
  return (
    <div class="fields">
      {options.map(([name, schema]) => (
        <SchemaField
          key={name}
          name={name}
          schema={schema}
          value={value[name]}
          onChange={(next) => chooseMore(part, { [name]: next })}
        />
      ))}
    </div>
  );
}
