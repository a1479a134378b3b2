import type { Marginal } from '../../../../src/data/quality/marginals.js';
import { t } from '../../language/language.js';
import { MarginalBars } from '../../ui/tables/marginal-bars.js';

/** Shows how the values of drawn rows are spread beside real ones, as the model learns. */
export function Synthetic({ marginals }: { marginals: readonly Marginal[] }) {
  return (
    <section class="panel stack" aria-labelledby="synthetic">
      <div>
        <h2 id="synthetic">{t('Real and synthetic rows')}</h2>
        <p class="soft small">
          {t(
            'How the values of each column are spread, in your rows and in as many that the model draws.',
          )}
        </p>
      </div>
      <MarginalBars marginals={marginals} />
    </section>
  );
}
