import {
  formOf,
  layerKinds,
  optionsOf,
  resolved,
  type Schema,
  samplerSchema,
  wordsOf,
} from '../../studio/src/views/train/all-settings/schema.js';

/** The words that "All settings" and the options of reading show: names of options, and descriptions. */
export function optionWords(): ReadonlySet<string> {
  const words = new Set<string>();
  const seen = new Set<string>();
  const options = (given: Readonly<Record<string, Schema>>) => {
    for (const [name, schema] of Object.entries(given)) option(name, resolved(schema));
  };
  const described = ({ title, description = '' }: Schema) => {
    for (const text of [title, ...description.split(/(?:^| )When left out: /)]) {
      if (text) words.add(text);
    }
  };
  const kind = (given: Schema) => {
    const { properties = {}, ...rest } = resolved(given);
    const { type: _, ...others } = properties;
    described(rest);
    options(others);
  };
  const option = (name: string, schema: Schema) => {
    const key = JSON.stringify([name, schema]);
    if (seen.has(key)) return;
    seen.add(key);
    words.add(wordsOf(name));
    described(schema);
    const form = formOf(schema);
    if (form.is === 'kinds') form.kinds.forEach(kind);
    if (form.is === 'options') options(form.options);
  };
  options({ ...optionsOf('model'), ...optionsOf('training') });
  layerKinds().forEach(kind);
  option('sampler', samplerSchema());
  return words;
}
