import type { Signal } from '@preact/signals';

/** Whether a chart's values stand on a logarithmic scale. */
export function LogSwitch({ log }: { log: Signal<boolean> }) {
  return (
    <label class="row small">
      <input
        type="checkbox"
        checked={log.value}
        onChange={(event) => {
          log.value = event.currentTarget.checked;
        }}
      />
      Logarithmic scale
    </label>
  );
}
