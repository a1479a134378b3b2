import { partWords as usualPartWords } from '../part-words.js';
/** The part of the data that an array belongs to; empty where its name does not say. */
export type PartName = 'train' | 'validation' | 'test' | '';

/** The meaning of an array, as far as its name tells it. */
export interface ArrayRole {
  readonly part: PartName;
  readonly kind: 'examples' | 'labels' | 'names' | '';
  /** The words of its name that tell neither: `kmnist` of `kmnist-train-imgs`. */
  readonly set: string;
  /** Its place in the order in which names of examples, or of labels, are preferred. */
  readonly rank: number;
}

const exampleWords = [
  'images',
  'image',
  'imgs',
  'img',
  'x',
  'data',
  'features',
  'inputs',
  'input',
  'samples',
  'examples',
  'pixels',
];
const labelWords = ['labels', 'label', 'y', 'targets', 'target', 'classes', 'class', 'lbls'];
const partWords: Readonly<Record<string, PartName>> = { ...usualPartWords, t10k: 'test' };

/** Words without a meaning of their own: the types of IDX files, and words that go with others. */
const fillers = /^(set|array|idx\d|ubyte|int|orig)$/;

const partPattern = Object.keys(partWords).join('|');
const kindPattern = [...exampleWords, ...labelWords].join('|');
/** Two words written as one: `xtrain`, `testlabels`. */
const joined = [
  new RegExp(`^(${kindPattern})(${partPattern})$`),
  new RegExp(`^(${partPattern})(${kindPattern})$`),
];

function wordsOf(key: string): string[] {
  const parts = key
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  return parts.flatMap((word) => {
    const match = joined.map((pattern) => pattern.exec(word)).find((found) => found !== null);
    return match ? [match[1]!, match[2]!] : [word];
  });
}

/**
 * The meaning of an array by its name: `x_train`, `train_images`, `t10k-labels-idx1-ubyte`,
 * `kmnist-test-imgs`, `testY`, `arr_0`. A name of a part alone is that part's examples.
 */
export function roleOf(key: string): ArrayRole {
  const numbered = /^arr_(\d+)$/.exec(key);
  if (numbered) {
    const kind = (['examples', 'labels'] as const)[Number(numbered[1])] ?? '';
    return { part: '', kind, set: '', rank: Number(numbered[1]) + 100 };
  }
  const words = wordsOf(key);
  const isName = words.at(-1) === 'names' && labelWords.includes(words.at(-2) ?? '');
  if (isName) return { part: '', kind: 'names', set: words.slice(0, -2).join('-'), rank: 0 };
  let [part, kind, rank]: [PartName, ArrayRole['kind'], number] = ['', '', 0];
  const rest: string[] = [];
  for (const word of words) {
    const place = [exampleWords.indexOf(word), labelWords.indexOf(word)];
    if (Object.hasOwn(partWords, word)) part = partWords[word]!;
    else if (place[1]! >= 0) [kind, rank] = ['labels', place[1]!];
    // Labels of images are labels, in whichever order the words are.
    else if (place[0]! >= 0)
      [kind, rank] = kind === 'labels' ? [kind, rank] : ['examples', place[0]!];
    else if (!fillers.test(word)) rest.push(word);
  }
  if (kind === '' && part !== '') [kind, rank] = ['examples', 50];
  return { part, kind, set: rest.join('-'), rank };
}
