import { useSignal } from '@preact/signals';
import { said, t } from '../language/language.js';

const usual = said(
  'Drop pictures, a folder of them, a table (CSV, Parquet), or arrays (.npy, .npz, IDX). They stay in this browser.',
);

/** A place to drop files on, with buttons that do the same. */
export function DropFiles({
  words = t(usual),
  isTable = false,
  onFiles,
}: {
  /** Names the files to drop; all that the page reads when left out. */
  words?: string;
  /** Tells whether it is a file of a table, and so no folder. */
  isTable?: boolean;
  /** Called in the event itself. */
  onFiles(given: DataTransfer | FileList): void;
}) {
  const over = useSignal(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons in it do the same
    <div
      class={`drop ${over.value ? 'over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={() => {
        over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        onFiles(event.dataTransfer!);
      }}
    >
      <p>{words}</p>
      <div class="row">
        <FileButton title={isTable ? t('Choose a file') : t('Choose files')} onFiles={onFiles} />
        {!isTable && <FileButton title={t('Choose a folder')} folder onFiles={onFiles} />}
      </div>
    </div>
  );
}

/** Messages name files by the folder that the page gives them. */
export const withoutPlace = (message: string) => message.replaceAll('dropped/', '');

function FileButton({
  title,
  folder = false,
  onFiles,
}: {
  title: string;
  folder?: boolean;
  onFiles(given: FileList): void;
}) {
  return (
    <label class="button file-button">
      {title}
      <input
        type="file"
        class="visually-hidden"
        multiple
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files && files.length > 0) onFiles(files);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}
