import { t } from '../language/language.js';
import { Empty } from '../ui/empty.js';
import { addressOf } from './route.js';

/** Stands in the place of a view where the address names none. */
export function NoSuchPage() {
  return (
    <Empty title={t('There is no page at this address')}>
      <p>
        {t(
          'The address is damaged, or of another version of the studio. All runs and data are as they were.',
        )}
      </p>
      <p class="row">
        <a class="button primary" href={addressOf('train')}>
          {t('Train a model')}
        </a>
        <a class="button" href={addressOf('explore')}>
          {t('Explore the newest run')}
        </a>
        <a class="button" href={addressOf('compare')}>
          {t('Compare runs')}
        </a>
      </p>
    </Empty>
  );
}
