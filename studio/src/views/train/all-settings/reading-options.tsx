import { t } from '../../../language/language.js';
import { optionsOf, resolved } from './schema.js';
import { OptionFields } from './schema-field.js';
import './all-settings.css';

/** Options of reading that the page asks for elsewhere. */
const elsewhere = ['resize', 'crop', 'columns'];

/** Says how files are read, by the schema of configs, and has them read so. */
export function ReadingOptions({
  value,
  onChange,
}: {
  value: Readonly<Record<string, unknown>>;
  onChange(value: Readonly<Record<string, unknown>>): void;
}) {
  const all = Object.entries(resolved(optionsOf('training').read!).properties!);
  const options = Object.fromEntries(all.filter(([name]) => !elsewhere.includes(name)));
  return (
    <details>
      <summary>{t('How the files are read')}</summary>
      <OptionFields options={options} value={value} onChange={onChange} />
    </details>
  );
}
