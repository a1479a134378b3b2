import { useSignal } from '@preact/signals';
import { chooseLanguage, languages } from '../language/choice.js';
import { current, t } from '../language/language.js';
import { Notice } from '../ui/notice.js';

/** Chooses the language of the page. Each stands in its own words. */
export function LanguageChoice() {
  const failed = useSignal(false);
  const choose = (code: string) => {
    failed.value = false;
    chooseLanguage(code).catch(() => {
      failed.value = true;
    });
  };
  return (
    <div class="language-choice">
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <path d="M2 10h16M10 2c6 5 6 11 0 16M10 2c-6 5-6 11 0 16M3.5 6h13M3.5 14h13" />
        <circle cx="10" cy="10" r="8" />
      </svg>
      <select
        aria-label={t('Language')}
        value={current.value.code}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {languages.map(({ code, name }) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
      {failed.value && (
        <Notice kind="error">
          {t(
            'The texts of this language could not be loaded. Reload the page, and choose it again.',
          )}
        </Notice>
      )}
    </div>
  );
}
