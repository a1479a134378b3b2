import { type Signal, useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '../language/language.js';
import './chart.css';

/** The way in which charts show their values. */
export interface Look {
  /** Tells whether values stand on a logarithmic scale. */
  readonly log: Signal<boolean>;
  /** Tells whether the axis holds all values, and not only the settled ones. */
  readonly all: Signal<boolean>;
  /** The weight of earlier values in a smooth course, from 0 to below 1. */
  readonly smoothing: Signal<number>;
}

/** The look of a view's charts. */
export const useLook = (): Look => ({
  log: useSignal(false),
  all: useSignal(false),
  smoothing: useSignal(0),
});

/** Changes the look of charts. */
export function ChartControls({ look: { log, all, smoothing } }: { look: Look }) {
  const id = useId();
  return (
    <div class="row chart-controls">
      <label class="row small" for={id}>
        {t('Smoothing')}
        <input
          id={id}
          type="range"
          min={0}
          max={0.99}
          step={0.01}
          value={smoothing.value}
          aria-valuetext={smoothing.value.toFixed(2)}
          onInput={(event) => {
            smoothing.value = event.currentTarget.valueAsNumber;
          }}
        />
      </label>
      <Switch on={log}>{t('Logarithmic scale')}</Switch>
      <Switch on={all}>{t('All values')}</Switch>
    </div>
  );
}

function Switch({ on, children }: { on: Signal<boolean>; children: string }) {
  return (
    <label class="row small">
      <input
        type="checkbox"
        checked={on.value}
        onChange={(event) => {
          on.value = event.currentTarget.checked;
        }}
      />
      {children}
    </label>
  );
}
