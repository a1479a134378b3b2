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
      <span aria-hidden="true">文A</span>
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
