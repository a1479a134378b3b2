import { t } from '../../language/language.js';

/** The examples of a model in a word: how they are looked at. */
export type Things = 'images' | 'sequences' | 'rows';

/** The word for people. */
export function wordOf(things: Things): string {
  if (things === 'images') return t('images');
  return things === 'sequences' ? t('sequences') : t('rows');
}
