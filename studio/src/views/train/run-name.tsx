import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../language/language.js';
import { type RunEntry, renameRun } from '../../runs/store.js';
import { run } from '../../train/session.js';

/**
 * The name of a run that the browser keeps, or a field for another one.
 * @param props.renames whether it is the field
 */
export function RunName({ entry, renames }: { entry: RunEntry; renames: Signal<boolean> }) {
  const problem = useSignal<string | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (renames.value) field.current?.select();
  }, [renames.value]);
  if (!renames.value) return <strong>{entry.name}</strong>;
  const close = () => {
    problem.value = undefined;
    renames.value = false;
  };
  const save = async () => {
    const name = field.current!.value.trim();
    if (name === '') {
      problem.value = t('Write a name.');
      return;
    }
    await renameRun(entry.id, name);
    const shown = run.value;
    if (shown && `kept:${shown.id}` === entry.id) run.value = { ...shown, name };
    close();
  };
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <input
        ref={field}
        type="text"
        aria-label={t('Name of the run')}
        aria-invalid={problem.value !== undefined}
        defaultValue={entry.name}
      />
      <button type="submit">{t('Save')}</button>
      <button type="button" class="quiet" onClick={close}>
        {t('Cancel')}
      </button>
      {problem.value && (
        <span class="small" role="alert">
          {problem.value}
        </span>
      )}
    </form>
  );
}
