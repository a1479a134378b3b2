import { useEffect, useState } from 'preact/hooks';
import type { Summary } from '../../../../src/vae/index.js';
import { preset } from '../../../../src/vae/presets.js';
import { startModelWorker } from '../../model/client.js';
import { Term } from '../../ui/term.js';

/** Trains a model in this page. */
export function TrainView() {
  const [summary, setSummary] = useState<Summary>();
  useEffect(() => {
    const client = startModelWorker();
    client.service.describe(preset('dense', [1, 28, 28]).model).then(setSummary);
    return client.stop;
  }, []);
  return (
    <section class="panel stack">
      <h1>Train</h1>
      <p>
        <Term name="parameters" />:{' '}
        <span class="number">{summary?.parameters.toLocaleString('en') ?? '…'}</span>
      </p>
    </section>
  );
}
