import { addressOf } from '../../app/route.js';
import { runs } from '../../runs/store.js';
import { Empty } from '../../ui/empty.js';

/** Walks through the latent space of one run. */
export function ExploreView() {
  return (
    <Empty title={runs.value === undefined ? 'Looking for runs' : 'Choose a run to explore'}>
      <p>
        A run is a model that was trained. <a href={addressOf('train')}>Train one</a>.
      </p>
    </Empty>
  );
}
