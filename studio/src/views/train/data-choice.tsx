import { useEffect } from 'preact/hooks';
import type { DataName } from '../../data/info.js';
import { ownData, publishedData, refreshData, titleOf } from '../../data/store.js';
import { t } from '../../language/language.js';
import { giving } from '../../train/giving.js';
import { ChoiceField } from '../../ui/fields.js';
import { later } from '../../ui/later.js';

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
      {(!disabled || giving.value) && <OwnData />}
    </>
  );
}

/** The user's own data, in sight once files are given. */
function OwnData() {
  return (
    <details class="own-data" open={giving.value !== undefined}>
      <summary>{t('Your own data')}</summary>
      <OwnDataPart />
    </details>
  );
}
