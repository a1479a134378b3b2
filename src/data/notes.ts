/** The subjects of notes, in the order in which people read them. */
export const noteSubjects = [
  'format',
  'axes',
  'values',
  'columns',
  'labels',
  'factors',
  'split',
  'order',
  'left out',
] as const;

/** A line on how data was read, and why. */
export interface ReadingNote {
  readonly about: (typeof noteSubjects)[number];
  /** One sentence without its full stop: `columns id and name left out: they hold words`. */
  readonly text: string;
  /**
   * True for a choice that the data's owner may want otherwise. Such notes are told before training
   * too, all others on the data card alone.
   */
  readonly doubtful?: boolean;
}
