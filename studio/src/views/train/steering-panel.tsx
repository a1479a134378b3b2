import { t } from '../../language/language.js';
import { choose } from '../../train/chosen.js';
import { canSteer, runValues } from '../../train/session.js';
import type { TrainSettings } from '../../train/settings.js';
import { usePlanning } from './planning.js';
import { LiveFields, liveLabels } from './settings-fields.js';

/** The numbers of a run that may change while it trains, near the pictures that show their effect. */
export function SteeringPanel({ settings }: { settings: TrainSettings }) {
  const { plan } = usePlanning(settings);
  return (
    <section class="panel stack steering" aria-label={t('May change while it trains')}>
      <LiveFields
        values={runValues.value ?? plan?.settings}
        disabled={!canSteer.value}
        steers
        onChange={choose}
      />
      {canSteer.value && (
        <p class="soft small">
          {t('{fields} may be changed while it trains or is paused.', { fields: liveLabels() })}
        </p>
      )}
    </section>
  );
}
