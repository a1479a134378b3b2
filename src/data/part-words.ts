/** Parts of data. */
export type Part = 'train' | 'validation' | 'test';

/** Usual words for parts, in small letters; each kind of data may know more. */
export const partWords: Readonly<Record<string, Part>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
};
