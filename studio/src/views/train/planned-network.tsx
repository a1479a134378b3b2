import { useSignal } from '@preact/signals';
import type { ModelConfig } from '../../../../src/vae/index.js';
import { t } from '../../language/language.js';
import type { Plan } from '../../train/settings.js';
import { later } from '../../ui/later.js';

const Diagram = later(async () => (await import('../diagram/diagram.js')).Diagram);

/** The network that is planned as a diagram, when it is asked for. */
export function PlannedNetwork({ plan: { config, summary } }: { plan: Plan }) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>{t('See the network')}</summary>
      {isOpen.value && (
        <Diagram model={{ config: config.model as unknown as ModelConfig, summary }} />
      )}
    </details>
  );
}
