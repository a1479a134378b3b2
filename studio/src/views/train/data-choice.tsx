import { useEffect, useRef } from 'preact/hooks';
import { lookFor, unavailable } from '../../data/available.js';
import type { DataName } from '../../data/info.js';
import { ownData, publishedData, refreshData, titleOf } from '../../data/store.js';
import { t } from '../../language/language.js';
import { giving, isAsked } from '../../train/giving.js';
import { ChoiceField } from '../../ui/fields.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';

const OwnDataPart = later(async () => (await import('./own-data.js')).OwnData);

/** Chooses the examples to train on, or takes the user's own. */
export function DataChoice({
  value,
  disabled,
  onChange,
}: {
  value: DataName;
  disabled: boolean;
  onChange(data: DataName): void;
}) {
  useEffect(() => {
    refreshData().catch(() => undefined);
  }, []);
  const published = publishedData.find(({ data }) => data === value);
  useEffect(() => {
    if (published && !disabled) lookFor(value, published.title);
  }, [value, disabled]);
  const missing = disabled ? undefined : unavailable.value.get(value);
  const choices = [...publishedData, ...ownData.value];
  return (
    <>
      <ChoiceField
        term="data"
        value={value}
        choices={[
          ...choices.map((each) => [each.data, titleOf(each)] as const),
          ...(choices.some(({ data }) => data === value)
            ? []
            : [[value, t('Data that is no longer kept')] as const]),
        ]}
        disabled={disabled}
        onChange={onChange}
      />
      {missing && <Notice kind="warning">{missing}</Notice>}
      {(!disabled || giving.value) && <OwnData />}
    </>
  );
}

/** The user's own data, in sight once files are given. */
function OwnData() {
  const summary = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isAsked.value) return;
    isAsked.value = false;
    summary.current?.parentElement?.setAttribute('open', '');
    summary.current?.focus();
  }, [isAsked.value]);
  return (
    <details class="own-data" open={giving.value !== undefined}>
      <summary ref={summary}>{t('Your own data')}</summary>
      <OwnDataPart />
    </details>
  );
}
