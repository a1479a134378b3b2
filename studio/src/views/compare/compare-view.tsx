import { addressOf } from '../../app/route.js';
import { Empty } from '../../ui/empty.js';

/** Shows several runs side by side. */
export function CompareView() {
  return (
    <Empty title="Choose runs to compare">
      <p>
        A run is a model that was trained. <a href={addressOf('train')}>Train one</a>.
      </p>
    </Empty>
  );
}
