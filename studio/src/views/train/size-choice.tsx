import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { t } from '../../language/language.js';
import type { PictureSize } from '../../train/giving.js';
import { numberFault } from '../../ui/number-fault.js';

/** Sides in pixels that are offered; any other can be written. */
const sides = [28, 32, 64, 128];

const largest = { least: 4, most: 512, whole: true };

/** Asks for the one size that pictures are brought to, and reads them at it. */
export function SizeChoice({
  size,
  onChoose,
}: {
  /** The size at which they were read; undefined for their own. */
  size?: PictureSize | undefined;
  onChoose(size: PictureSize | undefined): void;
}) {
  const id = useId();
  const side = useSignal(String(size?.side ?? 64));
  const isCut = useSignal(size?.isCut ?? true);
  const fault = numberFault(side.value, largest);
  return (
    <fieldset class="size-choice stack-tight">
      <legend class="field-label">{t('Bring all pictures to one size')}</legend>
      <div class="row">
        <label for={id} class="visually-hidden">
          {t('Height and width in pixels')}
        </label>
        <input
          id={id}
          list={`${id}-sides`}
          inputMode="numeric"
          autocomplete="off"
          value={side.value}
          aria-invalid={fault !== undefined}
          aria-describedby={fault && `${id}-fault`}
          onInput={(event) => {
            side.value = event.currentTarget.value;
          }}
        />
        <datalist id={`${id}-sides`}>
          {sides.map((each) => (
            <option key={each} value={each} />
          ))}
        </datalist>
        <select
          aria-label={t('How a picture of another shape is brought to it')}
          value={isCut.value ? 'cut' : 'stretched'}
          onChange={(event) => {
            isCut.value = event.currentTarget.value === 'cut';
          }}
        >
          <option value="cut">{t('pixels each way, cut in the middle')}</option>
          <option value="stretched">{t('pixels each way, stretched')}</option>
        </select>
      </div>
      {fault && (
        <span id={`${id}-fault`} class="fault small">
          {fault}
        </span>
      )}
      <div class="row">
        <button
          type="button"
          disabled={fault !== undefined}
          onClick={() => onChoose({ side: Number(side.value), isCut: isCut.value })}
        >
          {t('Read them at this size')}
        </button>
        {size && (
          <button type="button" class="quiet" onClick={() => onChoose(undefined)}>
            {t('Read them as large as they are')}
          </button>
        )}
      </div>
    </fieldset>
  );
}
