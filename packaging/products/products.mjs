/*
 * Tells whether a function gives products of matrices, by running it on small ones and comparing all of its memory, bit
 * by bit, with the memory computed here.
 */

const panel = 16;

/** Places of the matrices in memory, in numbers, and how many there are in all. */
const places = { a: 1024, b: 2048, c: 6144 };
const size = 16_384;

/** Matrices whose rows, columns and depth end in all the ways that kernels tell apart. */
const cases = [1, 2, 3].flatMap((rows) =>
  [1, 2, 3, 4, 5, 7, 8, 11, 12, 15, 16, 17, 30, 32, 47].flatMap((columns) =>
    [1, 2, 3, 4, 7].flatMap((depth) =>
      [1, -0.75].map((factor) => ({ rows, columns, depth, factor })),
    ),
  ),
);

const strides = { a: 11, c: 53 };

/** Numbers in memory before a call. */
const numbers = Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7) * 3);

/** Memory before a call, the panels of B with zeros behind their last column. */
function filled({ columns, depth }) {
  const memory = numbers.slice();
  for (let column = columns; column < Math.ceil(columns / panel) * panel; column++) {
    for (let k = 0; k < depth; k++) memory[placeInB(k, column, depth)] = 0;
  }
  return memory;
}

const placeInB = (k, column, depth) =>
  places.b + Math.floor(column / panel) * panel * depth + k * panel + (column % panel);

/** Memory after the product of so many rows. */
function expected({ columns, depth, factor }, handled, isAdded) {
  const memory = filled({ columns, depth });
  for (let row = 0; row < handled; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) {
        const a = memory[places.a + row * strides.a + k];
        sum = Math.fround(sum + Math.fround(a * memory[placeInB(k, column, depth)]));
      }
      const place = places.c + row * strides.c + column;
      const product = Math.fround(sum * factor);
      memory[place] = isAdded ? Math.fround(memory[place] + product) : product;
    }
  }
  return memory;
}

const equal = (a, b) => Buffer.compare(Buffer.from(a.buffer), Buffer.from(b.buffer)) === 0;

/** The memory after a call, and how many rows it took. */
function called({ run, memory }, each) {
  const values = new Float32Array(memory.buffer, 0, size);
  values.set(filled(each));
  const [a, b, c] = ['a', 'b', 'c'].map((name) => 4 * places[name]);
  const { rows, columns, depth, factor } = each;
  const handled = run(a, b, c, depth, rows, columns, strides.a, strides.c, factor);
  return { handled, values: values.slice() };
}

/** The use of a function: to `write` products or to `add` them; undefined where it gives none. */
export function productsOf(candidate) {
  const kinds = new Set(['write', 'add']);
  for (const each of cases) {
    let found;
    try {
      found = called(candidate, each);
    } catch {
      return undefined;
    }
    const { handled, values } = found;
    if (!(handled >= 1 && handled <= each.rows)) return undefined;
    for (const kind of kinds) {
      if (!equal(values, expected(each, handled, kind === 'add'))) kinds.delete(kind);
    }
    if (kinds.size === 0) return undefined;
  }
  return [...kinds][0];
}
