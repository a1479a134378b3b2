import { ownData } from '../../data/store.js';
import { t } from '../../language/language.js';
import {
  type Giving,
  give,
  giveColumn,
  given,
  giveReading,
  giveSize,
  giving,
  isReading,
  type Read,
  read,
  stopGiving,
} from '../../train/giving.js';
import { DataCard } from '../../ui/data-card.js';
import { DropFiles } from '../../ui/drop-files.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';
import { ColumnsCard } from './columns-card.js';
import { KeptData } from './kept-data.js';
import { SizeChoice } from './size-choice.js';
import { summaryOf } from './summary-of-data.js';

const ReadingOptions = later(
  async () => (await import('./all-settings/reading-options.js')).ReadingOptions,
);

/** Takes files to train on, tells how they were read, and lists the kept ones. */
export function OwnData() {
  return (
    <div class="stack">
      <DropFiles onFiles={give} />
      {giving.value && <GivingState giving={giving.value} />}
      {given.value && <ReadingOptions value={given.value.reading} onChange={giveReading} />}
      {read.value && <ReadData read={read.value} />}
      {ownData.value.length > 0 && <KeptData entries={ownData.value} />}
    </div>
  );
}

/** The progress of the files that were given, or their fault. */
function GivingState({ giving }: { giving: Giving }) {
  switch (giving.is) {
    case 'finding':
      return <Reading words={t('Finding files: {count} so far', { count: giving.found })} />;
    case 'reading': {
      const { done, of } = giving;
      // Each picture is looked at before any is decoded.
      const words =
        of === 0
          ? t('Reading the files…')
          : t('Reading pictures: {done} of {of}', {
              done: Math.floor(done / 2),
              of: Math.floor(of / 2),
            });
      return <Reading words={words} share={of === 0 ? undefined : done / of} />;
    }
    case 'stopped':
      return <Notice>{t('Stopped. Nothing was kept of the files.')}</Notice>;
    case 'opened':
      return (
        <Notice>
          {t('The run {name} is opened, and kept in this browser.', { name: giving.name })}
        </Notice>
      );
    case 'configured':
      return <Notice>{t('The settings are those of {name}.', { name: giving.name })}</Notice>;
    case 'failed':
      return <Notice kind="error">{giving.message}</Notice>;
    case 'unsized':
      return (
        <>
          <Notice kind="warning">{giving.message}</Notice>
          <SizeChoice onChoose={giveSize} />
        </>
      );
    case 'read':
      return null;
  }
}

function Reading({ words, share }: { words: string; share?: number | undefined }) {
  return (
    <div class="stack-tight">
      <div class="row spread">
        <span role="status">{words}</span>
        <button type="button" onClick={stopGiving}>
          {t('Stop')}
        </button>
      </div>
      <progress
        aria-label={t('Files that are read')}
        {...(share === undefined ? {} : { value: share })}
      />
    </div>
  );
}

/** Data as it was read, with the ways to read it otherwise. */
function ReadData({ read: { given: files, added, found } }: { read: Read }) {
  const { table, shape, card, skipped, problem } = added;
  const isPicture = shape.length === 3 && Object.keys(files.files).some(isPictureFile);
  // Columns have a card of their own.
  const lines = table ? card.filter(([subject]) => subject !== 'column') : card;
  const [first] = skipped;
  return (
    <>
      {giving.value?.is === 'read' && (
        <Notice kind={first || problem ? 'warning' : 'info'}>
          <p>{summaryOf(added)}</p>
          {first && (
            <p>
              {t('{count} could not be read and were left out, the first {name}: {reason}.', {
                count: skipped.length,
                name: first.name.replace('dropped/', ''),
                reason: first.reason.replace(/\.$/, ''),
              })}
            </p>
          )}
          {problem && <p>{problem}</p>}
        </Notice>
      )}
      {isPicture && giving.value?.is === 'read' && (
        <SizeChoice size={files.size} onChoose={giveSize} />
      )}
      {table && (
        <ColumnsCard found={found} table={table} disabled={isReading()} onChange={giveColumn} />
      )}
      <DataCard lines={lines} />
    </>
  );
}

/** Arrays hold pictures of one size, which is brought to no other. */
const isPictureFile = (path: string) =>
  !/\.(np[yz]|gz|csv|tsv|json|jsonl|parquet|safetensors)$|ubyte/i.test(path);
