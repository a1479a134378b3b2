import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { route, showState } from '../../app/route.js';

export interface Tab {
  /** Its name in the address. */
  readonly name: string;
  readonly title: string;
  readonly body: () => ComponentChildren;
}

/** Panels of which one is seen, as the address has it; arrow keys go from tab to tab. */
export function Tabs({ tabs, label }: { tabs: readonly Tab[]; label: string }) {
  const id = useId();
  const { tab } = route.value.state;
  const at = Math.max(
    0,
    tabs.findIndex(({ name }) => name === tab),
  );
  const choose = (next: number) => {
    showState({ tab: next === 0 ? undefined : tabs[next]!.name }, true);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = (at + step + tabs.length) % tabs.length;
    choose(next);
    document.getElementById(`${id}-tab-${next}`)?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={onKey}>
        {tabs.map(({ name, title }, i) => (
          <button
            key={name}
            id={`${id}-tab-${i}`}
            type="button"
            role="tab"
            class="quiet"
            aria-selected={i === at}
            aria-controls={`${id}-panel`}
            tabIndex={i === at ? 0 : -1}
            onClick={() => choose(i)}
          >
            {title}
          </button>
        ))}
      </div>
      <div
        id={`${id}-panel`}
        role="tabpanel"
        aria-labelledby={`${id}-tab-${at}`}
        class="panel stack"
      >
        {tabs[at]!.body()}
      </div>
    </div>
  );
}
