import { useSignal } from '@preact/signals';
import { type DataEntry, removeData, titleOf } from '../../data/store.js';
import { counted, t } from '../../language/language.js';
import { runs } from '../../runs/store.js';
import { forgetData } from '../../train/chosen.js';
import { isBusy, run } from '../../train/session.js';
import { Notice } from '../../ui/notice.js';
import { RemoveOrKeep } from '../../ui/remove-or-keep.js';

/** The data that was given to the page, each with a way to remove it. */
export function KeptData({ entries }: { entries: readonly DataEntry[] }) {
  const problem = useSignal<string | undefined>(undefined);
  const remove = async (entry: DataEntry) => {
    try {
      forgetData(entry.data);
      await removeData(entry.data);
      problem.value = undefined;
    } catch (error) {
      problem.value = (error as Error).message;
    }
  };
  return (
    <section aria-labelledby="kept-data">
      <h3 id="kept-data" class="field-label">
        {t('Data in this browser')}
      </h3>
      <ul class="run-list">
        {entries.map((entry) => (
          <Row key={entry.data} entry={entry} onRemove={() => remove(entry)} />
        ))}
      </ul>
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
    </section>
  );
}

function Row({ entry, onRemove }: { entry: DataEntry; onRemove(): void }) {
  const asked = useSignal(false);
  const title = titleOf(entry);
  const uses = runs.value?.filter(({ kept }) => kept?.data === entry.data).length ?? 0;
  const isTrainedOn = isBusy.value && run.value?.data === entry.data;
  return (
    <li>
      <span>{title}</span>
      {asked.value ? (
        <div class="row">
          <span class="small">
            {uses === 0
              ? t('Remove it for good?')
              : counted(uses, {
                  one: 'Remove it for good? {n} run was trained on it, and could not go on.',
                  other: 'Remove it for good? {n} runs were trained on it, and could not go on.',
                })}
          </span>
          <RemoveOrKeep name={title} asked={asked} onRemove={onRemove} />
        </div>
      ) : (
        <button
          type="button"
          class="quiet"
          aria-label={t('Remove {name}', { name: title })}
          disabled={isTrainedOn}
          onClick={() => {
            asked.value = true;
          }}
        >
          {t('Remove')}
        </button>
      )}
    </li>
  );
}
