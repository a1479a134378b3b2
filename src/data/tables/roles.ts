import { UserError } from '../../base/errors.js';
import { excerpt, listed } from '../../base/excerpt.js';
import { nearest } from '../../base/suggest.js';
import type { ReadingNote } from '../notes.js';
import { namedColumns, type ReadOptions } from '../read-options.js';
import { partsOf } from './parts.js';
import type { ColumnFacts, TableFacts } from './table.js';

/** Names of columns of labels, in small letters; the first that is there is taken. */
export const targetNames: readonly string[] = [
  'label',
  'labels',
  'class',
  'classes',
  'target',
  'targets',
  'species',
  'category',
  'variety',
  'outcome',
  'diagnosis',
  'emotion',
  'fine_label',
  'coarse_label',
  'class_label',
  'class_name',
  'label_name',
  'target_name',
  'y',
];

/** Names of columns that number the rows, if their values do: id, row_id, PassengerId. */
const indexNames = /^(index|idx|row|row_?num(ber)?|no\.?|nr\.?|\.\.\.1)$|(^|[_\s-])id$/i;
const camelId = /[a-z]I[dD]$/;

/** Names that only an index has. */
const surelyIndex = /^(unnamed: ?\d+(_level_\d+)?|__index_level_\d+__|)$/i;

/** Names of columns that name the rows, if their values do. */
const namingNames = /(^|[_\s-])(uuid|guid|key|name)$/i;

/** Tells whether a column, by its name, numbers rows. */
export function isNumberingName(name: string): boolean {
  return indexNames.test(name) || camelId.test(name) || surelyIndex.test(name);
}

/** Tells whether a column, by its name, names or numbers rows. */
export function isNamingName(name: string): boolean {
  return isNumberingName(name) || namingNames.test(name);
}

/** Tells whether only an index has a column's name. */
export function isSurelyIndex(name: string): boolean {
  return surelyIndex.test(name);
}

/** Shortest list that is an example by itself. */
const longList = 16;

/** Classes that pixels are labelled with at most, where nothing names the labels. */
const mostClasses = 100;

/** Tells whether a table has no names: its columns are called 1, 2 and so on. */
export function isUnnamed(columns: readonly ColumnFacts[]): boolean {
  return columns.every(({ name }, place) => name === String(place + 1));
}

/** Tells whether all columns hold whole numbers from 0 to 255, and not only the smallest of them. */
export function arePixels(columns: readonly ColumnFacts[]): boolean {
  const isByte = ({ kind, isWhole, least, most }: ColumnFacts) =>
    kind === 'number' && isWhole && least >= 0 && most <= 255;
  return columns.every(isByte) && columns.some(({ most }) => most > 16);
}

/** Words on why a column is left out, and why several are. */
type Reason = readonly [one: string, many: string];

/** The use of each column of a table. */
export interface Roles {
  /** Places of the features, in their order. */
  readonly features: readonly number[];
  readonly label?: number | undefined;
  /** The place of the column that tells the part of each row. */
  readonly split?: number | undefined;
  readonly notes: readonly ReadingNote[];
}

/** Names columns for notes: `columns id and name`. */
export function columnsText(names: readonly string[]): string {
  const shown = names.map((name) => (name === '' ? 'without a name' : excerpt(name, 30)));
  return `${names.length === 1 ? 'column' : 'columns'} ${listed(shown, 5)}`;
}

/** The place of a column. @throws UserError when there is none of that name */
export function columnPlace(names: readonly string[], name: string, path: string): number {
  const place = names.indexOf(name);
  if (place >= 0) return place;
  const guess = nearest(name, names);
  const shown = names.slice(0, 8).map((each) => excerpt(each, 30));
  throw new UserError(
    `${path}: there is no column ${excerpt(name)}. ${guess ? `Did you mean ${excerpt(guess)}?` : `It has ${shown.join(', ')}${names.length > 8 ? ', …' : ''}.`}`,
  );
}

/** Tells whether values of a column can be an example's. */
function isNumeric({ kind }: ColumnFacts): boolean {
  return kind === 'number' || kind === 'boolean' || kind === 'list' || kind === 'mixed';
}

/**
 * Chooses the use of each column of a table, and says why.
 * @throws UserError when a named column is not there or holds no numbers, or when none is left
 */
export function chooseRoles(
  facts: TableFacts,
  path: string,
  options: Pick<ReadOptions, 'columns' | 'label'>,
  beginning?: string,
): Roles {
  return new Chooser(facts, path, options, beginning).choose();
}

class Chooser {
  readonly #names: readonly string[];
  readonly #notes: ReadingNote[] = [];
  /** Places of columns that have a use already. */
  readonly #taken = new Set<number>();

  constructor(
    private readonly facts: TableFacts,
    private readonly path: string,
    private readonly options: Pick<ReadOptions, 'columns' | 'label'>,
    private readonly beginning: string | undefined,
  ) {
    this.#names = facts.columns.map(({ name }) => name);
  }

  choose(): Roles {
    const named = namedColumns(this.options)?.map((name) =>
      columnPlace(this.#names, name, this.path),
    );
    for (const place of named ?? []) this.#taken.add(place);
    const given = this.options.label;
    const label = given === undefined ? undefined : columnPlace(this.#names, given, this.path);
    if (label !== undefined) this.#taken.add(label);
    const split = this.#split();
    const found = label ?? this.#target() ?? (named ? undefined : this.#flatLabel());
    if (!named) this.#index();
    const features = named ? this.#checked(named) : this.#features();
    if (named) this.#tellUnnamed();
    this.#tellBooleans(features);
    this.#tellMarks(features);
    return { features, label: found, split, notes: this.#notes };
  }

  #free(): number[] {
    return this.#names.flatMap((_, place) => (this.#taken.has(place) ? [] : [place]));
  }

  #note(about: ReadingNote['about'], text: string, doubtful = false): void {
    this.#notes.push({ about, text, ...(doubtful ? { doubtful } : {}) });
  }

  #split(): number | undefined {
    const place = this.#free().find((each) => partsOf(this.facts.columns[each]!) !== undefined);
    if (place === undefined) return undefined;
    this.#taken.add(place);
    this.#note('split', `column ${excerpt(this.#names[place]!)} tells the part of each row`);
    return place;
  }

  /** The column of labels by its name; others that are named as targets are kept from the features. */
  #target(): number | undefined {
    const lower = this.#names.map((name) => name.trim().toLowerCase());
    // Points of a plane are called x and y: one letter in the same case.
    const isPlane =
      (this.#names.includes('x') && this.#names.includes('y')) ||
      (this.#names.includes('X') && this.#names.includes('Y'));
    const places = targetNames
      .filter((name) => !(name === 'y' && isPlane))
      .flatMap((name) => this.#free().filter((place) => lower[place] === name));
    const isLabel = (place: number) => {
      const { kind, isWhole, infinite } = this.facts.columns[place]!;
      const isClass = kind === 'words' || kind === 'boolean' || kind === 'mixed';
      return isClass || (kind === 'number' && isWhole && !infinite);
    };
    const label = places.find(isLabel);
    if (label !== undefined) {
      this.#taken.add(label);
      this.#note('labels', `column ${excerpt(this.#names[label]!)} gives the labels`);
    }
    // Column y, beside labels, is one value of many.
    const others = places.filter((place) => place !== label);
    const kept = others.filter((place) => label === undefined || lower[place] !== 'y');
    for (const place of kept) this.#taken.add(place);
    if (kept.length > 0) {
      const names = kept.map((place) => this.#names[place]!);
      const classes = label === undefined ? ' and holds no classes' : '';
      const why: Reason = [
        `it is named as a target${classes}`,
        `they are named as targets${label === undefined ? ' and hold no classes' : ''}`,
      ];
      this.#leave(names, why, label === undefined);
    }
    return label;
  }

  /** The label beside pixels in a table without names: its first or last column. */
  #flatLabel(): number | undefined {
    const { columns } = this.facts;
    const last = columns.length - 1;
    if (!isUnnamed(columns) || ![785, 3073].includes(columns.length)) return undefined;
    if (!arePixels(columns)) return undefined;
    const isClass = ({ least, most }: ColumnFacts) => most < mostClasses && most > least;
    const place = [0, last].find((each) => isClass(columns[each]!));
    if (place === undefined) return undefined;
    this.#taken.add(place);
    const others = columns.length - 1;
    this.#note(
      'labels',
      `the ${place === 0 ? 'first' : 'last'} of ${columns.length} columns gives the labels, the others are ${others} pixels (--label and --columns say otherwise)`,
      true,
    );
    return place;
  }

  #index(): void {
    const isIndex = (place: number) => {
      const { name, isIndex: isTold, isCounting, kind } = this.facts.columns[place]!;
      if (isTold || (surelyIndex.test(name) && kind !== 'empty')) return true;
      return isCounting && isNumberingName(name);
    };
    const places = this.#free().filter(isIndex);
    for (const place of places) this.#taken.add(place);
    if (places.length > 0) {
      this.#leave(
        places.map((place) => this.#names[place]!),
        ['it numbers or names the rows', 'they number or name the rows'],
      );
    }
    const [first] = this.#free();
    const isBare = isUnnamed(this.facts.columns);
    if (first === 0 && isBare && this.facts.rows >= 10 && this.facts.columns[0]!.isCounting) {
      this.#taken.add(0);
      this.#leave(['1'], ['it counts the rows', 'they count the rows'], true);
    }
  }

  #leave(names: readonly string[], [one, many]: Reason, doubtful = false): void {
    const why = names.length === 1 ? one : many;
    this.#note(
      'left out',
      `${columnsText(names)} left out: ${why}${doubtful ? ' (--columns says otherwise)' : ''}`,
      doubtful,
    );
  }

  #features(): number[] {
    const free = this.#free();
    const lists = free.filter((place) => this.facts.columns[place]!.kind === 'list');
    const [list] = lists;
    const isExample = lists.length === 1 && elements(this.facts.columns[list!]!) >= longList;
    const features = free.filter(
      (place) => isNumeric(this.facts.columns[place]!) && (!isExample || place === list),
    );
    this.#tellLeft(
      free.filter((place) => !features.includes(place)),
      isExample ? list : undefined,
    );
    if (features.length === 0) {
      const begins = this.beginning === undefined ? '' : ` It begins with ${this.beginning}.`;
      throw new UserError(
        `${this.path}: no column holds numbers${this.#taken.size > 0 ? ' that are not labels or an index' : ''}.${begins} Give a table of numbers, or name columns (--columns).`,
      );
    }
    const mixed = features
      .map((place) => this.facts.columns[place]!)
      .find(({ kind }) => kind === 'mixed');
    if (mixed) throw this.#mixedError(mixed);
    return features;
  }

  #mixedError({ name, words, hasMoreWords, firstWord }: ColumnFacts): UserError {
    const shown = words.slice(0, 3).map((word) => excerpt(word, 30));
    const more = hasMoreWords || words.length > 3 ? ', …' : '';
    return new UserError(
      `${this.path}: ${firstWord}, column ${excerpt(name)}: ${shown[0]} is not a number, as most of the column is${shown.length > 1 ? ` (as are not ${shown.slice(1).join(', ')}${more})` : ''}. Correct the cells, or name other columns (--columns).`,
    );
  }

  #checked(named: readonly number[]): readonly number[] {
    for (const place of named) {
      const column = this.facts.columns[place]!;
      if (column.kind === 'mixed') throw this.#mixedError(column);
      if (isNumeric(column)) continue;
      throw new UserError(
        `${this.path}: column ${excerpt(column.name)} does not hold numbers${column.kind === 'other' ? ` but ${column.type}` : ''}. Name numeric columns.`,
      );
    }
    return named;
  }

  #tellUnnamed(): void {
    const rest = this.#free();
    if (rest.length > 0) {
      this.#leave(
        rest.map((place) => this.#names[place]!),
        ['it is not among those named', 'they are not among those named'],
      );
    }
  }

  /** Tells the columns that are left out, by reason. */
  #tellLeft(places: readonly number[], list: number | undefined): void {
    const groups = new Map<string, { reason: Reason; names: string[] }>();
    for (const place of places) {
      const column = this.facts.columns[place]!;
      const reason = reasonOf(column, list === undefined ? undefined : this.#names[list]);
      const group = groups.get(reason[0]) ?? { reason, names: [] };
      group.names.push(column.name);
      groups.set(reason[0], group);
    }
    for (const { reason, names } of groups.values()) this.#leave(names, reason);
  }

  #tellBooleans(features: readonly number[]): void {
    const names = features.flatMap((place) =>
      this.facts.columns[place]!.kind === 'boolean' ? [this.#names[place]!] : [],
    );
    if (names.length > 0) {
      this.#note('values', `${columnsText(names)}: true is read as 1, false as 0`);
    }
  }

  #tellMarks(features: readonly number[]): void {
    const told = {
      thousands: 'marks between thousands are taken out',
      percent: 'percent is read as hundredths',
      currency: "the currency's sign is taken off",
      parentheses: 'numbers in parentheses are read as negative',
    };
    for (const [mark, text] of Object.entries(told)) {
      const names = features.flatMap((place) =>
        (this.facts.columns[place]!.marks as readonly string[]).includes(mark)
          ? [this.#names[place]!]
          : [],
      );
      if (names.length > 0) this.#note('values', `${columnsText(names)}: ${text}`);
    }
  }
}

/** Counts the values that an example takes of a column. */
export function elements({ shape }: ColumnFacts): number {
  return shape?.reduce((product, length) => product * length, 1) ?? 1;
}

/** The reason why a column is left out, by its content. */
function reasonOf({ kind, type }: ColumnFacts, list: string | undefined): Reason {
  const content = kind === 'words' ? 'words' : kind === 'empty' ? 'nothing' : type;
  if (kind === 'words' || kind === 'empty' || kind === 'other') {
    return [`it holds ${content}`, `they hold ${content}`];
  }
  const why = `the lists of column ${excerpt(list ?? '')} are the examples`;
  return [why, why];
}
