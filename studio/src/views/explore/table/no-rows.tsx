import { t } from '../../../language/language.js';
import { Empty } from '../../../ui/empty.js';
import type { Exploration } from '../exploration.js';

/** Stands in a panel that needs rows of data. */
export function NoRows({ exploration }: { exploration: Exploration }) {
  return (
    <Empty
      isPart
      title={exploration.stage.value ? `${exploration.stage.value} …` : t('There are no rows')}
    >
      <p>{t('They are of the data that is chosen above.')}</p>
    </Empty>
  );
}
