import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';
import type { CardLines, DataName } from '../../data/info.js';
import { addData, ownData, publishedData, refreshData } from '../../data/store.js';
import { DataCard } from '../../ui/data-card.js';
import { DropFiles, withoutPlace } from '../../ui/drop-files.js';
import type { Files } from '../../ui/dropped-files.js';
import { ChoiceField } from '../../ui/fields.js';
import { Notice } from '../../ui/notice.js';

const sizes = ['as they are', '28', '32', '64'] as const;

/** Chooses the images to train on, or takes the user's own. */
export function DataChoice({
  value,
  disabled,
  onChange,
}: {
  value: DataName;
  disabled: boolean;
  onChange(data: DataName): void;
}) {
  const size = useSignal<(typeof sizes)[number]>('as they are');
  const told = useSignal<{ kind: 'info' | 'warning' | 'error'; text: string } | undefined>(
    undefined,
  );
  const card = useSignal<CardLines | undefined>(undefined);
  const sizeId = useId();
  useEffect(() => {
    refreshData().catch(() => undefined);
  }, []);
  const take = async (files: Promise<Files>) => {
    told.value = { kind: 'info', text: 'Reading the files…' };
    card.value = undefined;
    try {
      const resize = size.value === 'as they are' ? {} : { resize: Number(size.value) };
      const added = await addData(await files, {
        ...resize,
        ...(resize.resize ? { crop: 'center' } : {}),
      });
      const lines = [
        `${added.title}: ${added.train.size.toLocaleString('en')} examples of ${added.shape.join(' × ')}${added.train.hasLabels ? ', with labels' : ''}.`,
        ...(added.skipped.length > 0
          ? [
              `${added.skipped.length} could not be read and were left out, the first ${added.skipped[0]!.name}: ${added.skipped[0]!.reason}.`,
            ]
          : []),
        ...(added.problem ? [added.problem] : []),
      ];
      told.value = { kind: lines.length > 1 ? 'warning' : 'info', text: lines.join(' ') };
      card.value = added.card;
      onChange(added.data);
    } catch (error) {
      told.value = { kind: 'error', text: withoutPlace((error as Error).message) };
    }
  };
  const choices = [...publishedData, ...ownData.value];
  return (
    <>
      <ChoiceField
        term="data"
        value={value}
        choices={[
          ...choices.map(({ data, title }) => [data, title] as const),
          ...(choices.some(({ data }) => data === value)
            ? []
            : [[value, 'Data that is no longer kept'] as const]),
        ]}
        disabled={disabled}
        onChange={onChange}
      />
      {!disabled && (
        <details class="own-data">
          <summary>Your own images</summary>
          <div class="stack">
            <DropFiles onFiles={take} />
            <div class="field">
              <label for={sizeId} class="field-label">
                Size of pictures, in pixels
              </label>
              <select
                id={sizeId}
                value={size.value}
                onChange={(event) => {
                  size.value = event.currentTarget.value as (typeof sizes)[number];
                }}
              >
                {sizes.map((each) => (
                  <option key={each} value={each}>
                    {each === 'as they are'
                      ? 'As they are'
                      : `${each} × ${each}, cut in the middle`}
                  </option>
                ))}
              </select>
            </div>
            {told.value && <Notice kind={told.value.kind}>{told.value.text}</Notice>}
            {card.value && <DataCard lines={card.value} />}
          </div>
        </details>
      )}
    </>
  );
}
