import { useSignal } from '@preact/signals';
import { counted, t } from '../../language/language.js';
import { Pictures } from '../../ui/pictures.js';
import { digit, digitPicture, digits, encode } from './play.js';

/** Digits that are offered at a time: one of each class. */
const offered = 10;

/** Real digits; the one that is chosen is encoded. */
export function DigitChoice() {
  const page = useSignal(0);
  const from = digits.value;
  if (!from) return null;
  const first = page.value * offered;
  return (
    <fieldset class="digit-choice" data-tour="digits">
      <legend class="small soft">{t('Test digits: choose one to encode it')}</legend>
      {Array.from({ length: offered }, (_, i) => first + i).map((at) => (
        <button
          key={at}
          type="button"
          aria-label={t('Encode this {digit}', { digit: from.labels[at]! })}
          aria-pressed={digit.value === at}
          onClick={() => encode(at)}
        >
          <Pictures images={digitPicture(from, at)} label={String(from.labels[at]!)} />
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          page.value = (page.value + 1) % (from.labels.length / offered);
        }}
      >
        {counted(offered, { one: '{n} other', other: '{n} others' })}
      </button>
    </fieldset>
  );
}
