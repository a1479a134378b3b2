import { Empty } from '../../../ui/empty.js';
import type { Exploration } from '../exploration.js';

/** Stands in a panel that needs rows of data. */
export function NoRows({ exploration }: { exploration: Exploration }) {
  return (
    <Empty title={exploration.stage.value ? `${exploration.stage.value} …` : 'There are no rows'}>
      <p>They are of the data that is chosen above.</p>
    </Empty>
  );
}
