import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../language/language.js';

/** Tells whether something that is dragged would go into a field as text. */
const isText = ({ target, dataTransfer }: DragEvent) =>
  !dataTransfer?.types.includes('Files') &&
  target instanceof HTMLElement &&
  target.matches('input, textarea');

/**
 * Takes anything dropped anywhere on the page, so that the browser never leaves the page for it.
 * @param props.onFiles called in the event itself, where no part of the page took the files
 */
export function DropAnywhere({ onFiles }: { onFiles(given: DataTransfer): void }) {
  const over = useSignal(false);
  useEffect(() => {
    const stopping = new AbortController();
    const on = (name: 'dragover' | 'dragleave' | 'drop', act: (event: DragEvent) => void) =>
      addEventListener(name, act, { signal: stopping.signal });
    on('dragover', (event) => {
      if (isText(event)) return;
      over.value = !event.defaultPrevented && !!event.dataTransfer?.types.includes('Files');
      event.preventDefault();
    });
    on('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) over.value = false;
    });
    on('drop', (event) => {
      over.value = false;
      if (event.defaultPrevented || isText(event)) return;
      event.preventDefault();
      if (event.dataTransfer?.types.includes('Files')) onFiles(event.dataTransfer);
    });
    return () => stopping.abort();
  }, [onFiles]);
  if (!over.value) return null;
  return (
    <div class="drop-anywhere">
      <p>{t('Drop here to train on it, or to open a run')}</p>
    </div>
  );
}
