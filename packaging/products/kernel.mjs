/*
 * The inner loop of matrix products, in WebAssembly's text form, with the parameters that ONNX Runtime's library of
 * kernels gives it (onnxruntime/core/mlas/lib/sgemm.cpp). B lies in panels of sixteen columns, row by row.
 *
 * Theirs takes two steps down a panel at a time, and so holds more values than a processor of 64 bits has registers for
 * vectors: engines put some of them into memory in each step. With one step at a time all of them find room. Numbers
 * are added in the same order, so that products have the same bits.
 */

/** Vectors of four columns in a panel. */
const vectors = 4;

const each = (count, piece) => Array.from({ length: count }, (_, i) => piece(i)).join('\n');

const sum = (row, vector) => `$sum${row}${vector}`;

/** One step down a panel, for so many rows of A. */
const step = (rows) => `
  ${each(rows, (row) => `(local.set $x${row} (v128.load32_splat (local.get $left${row})))`)}
  ${each(
    vectors,
    (vector) => `
    (local.set $y (v128.load offset=${16 * vector} (local.get $right)))
    ${each(
      rows,
      (row) => `
      (local.set ${sum(row, vector)}
        (f32x4.add (local.get ${sum(row, vector)}) (f32x4.mul (local.get $x${row}) (local.get $y))))`,
    )}`,
  )}
  (local.set $right (i32.add (local.get $right) (i32.const 64)))
  ${each(rows, (row) => `(local.set $left${row} (i32.add (local.get $left${row}) (i32.const 4)))`)}`;

/** Writes the first 4, 2 or 1 numbers of a vector to $to, or adds them to the numbers there. */
function put(width, value, isAdded, offset = 0) {
  const place = `offset=${offset} (local.get $to)`;
  const [load, store, lane] = {
    4: ['v128.load', 'v128.store', ''],
    2: ['v128.load64_zero', 'v128.store64_lane', '0'],
    1: ['v128.load32_zero', 'v128.store32_lane', '0'],
  }[width];
  const given = isAdded ? `(f32x4.add (${load} ${place}) ${value})` : value;
  return `(${store} offset=${offset} ${lane} (local.get $to) ${given})`;
}

/** Writes a row's sums of the columns that are left, fewer than sixteen, by the bits of their number. */
function putSome(row, isAdded) {
  const [a, b, c, d] = [0, 1, 2, 3].map((vector) => sum(row, vector));
  const take = (columns, written, rest) => `
    (if (i32.and (local.get $columns) (i32.const ${columns}))
      (then
        ${written}
        ${rest}
        (local.set $to (i32.add (local.get $to) (i32.const ${4 * columns})))))`;
  return [
    take(
      8,
      put(4, `(local.get ${a})`, isAdded) + put(4, `(local.get ${b})`, isAdded, 16),
      `(local.set ${a} (local.get ${c})) (local.set ${b} (local.get ${d}))`,
    ),
    take(4, put(4, `(local.get ${a})`, isAdded), `(local.set ${a} (local.get ${b}))`),
    take(
      2,
      put(2, `(local.get ${a})`, isAdded),
      `(local.set ${a} (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get ${a}) (local.get ${a})))`,
    ),
    take(1, put(1, `(local.get ${a})`, isAdded), ''),
  ].join('\n');
}

/** Points $to at the place in C of a row. */
const to = (row) => `
  (local.set $to
    (i32.add (local.get $c) (i32.shl (i32.mul (local.get $strideC) (i32.const ${row})) (i32.const 2))))`;

/** All columns of so many rows; returns their number. */
const product = (rows, isAdded) => `
  (loop $panel
    ${each(rows, (row) =>
      each(vectors, (vector) => `(local.set ${sum(row, vector)} (v128.const i32x4 0 0 0 0))`),
    )}
    ${each(
      rows,
      (row) => `
      (local.set $left${row}
        (i32.add (local.get $a) (i32.shl (i32.mul (local.get $strideA) (i32.const ${row})) (i32.const 2))))`,
    )}
    (local.set $right (local.get $b))
    (local.set $steps (local.get $depth))
    (if (local.get $steps)
      (then
        (loop $down
          ${step(rows)}
          (br_if $down (local.tee $steps (i32.sub (local.get $steps) (i32.const 1)))))))
    ${each(rows, (row) =>
      each(
        vectors,
        (vector) => `
        (local.set ${sum(row, vector)}
          (f32x4.mul (local.get ${sum(row, vector)}) (f32x4.splat (local.get $factor))))`,
      ),
    )}
    (if (i32.lt_u (local.get $columns) (i32.const 16))
      (then
        ${each(rows, (row) => to(row) + putSome(row, isAdded))}
        (return (i32.const ${rows}))))
    ${each(
      rows,
      (row) =>
        to(row) +
        each(vectors, (vector) => put(4, `(local.get ${sum(row, vector)})`, isAdded, 16 * vector)),
    )}
    (local.set $c (i32.add (local.get $c) (i32.const 64)))
    (local.set $b (local.get $right))
    (br_if $panel (local.tee $columns (i32.sub (local.get $columns) (i32.const 16)))))
  (return (i32.const ${rows}))`;

const kernel = (name, isAdded) => `
  (func (export "${name}")
    (param $a i32) (param $b i32) (param $c i32) (param $depth i32) (param $rows i32) (param $columns i32)
    (param $strideA i32) (param $strideC i32) (param $factor f32) (result i32)
    (local $to i32) (local $right i32) (local $steps i32) (local $left0 i32) (local $left1 i32)
    (local $y v128) (local $x0 v128) (local $x1 v128)
    ${each(2, (row) => each(vectors, (vector) => `(local ${sum(row, vector)} v128)`))}
    (if (i32.ge_u (local.get $rows) (i32.const 2)) (then ${product(2, isAdded)}))
    ${product(1, isAdded)})`;

/**
 * The kernels in a module of their own: `write` writes factor · A·B to C, `add` adds it to C. Both take one or two
 * rows, and return how many.
 */
export const kernels = `
(module
  (memory (export "memory") 1)
  ${kernel('write', false)}
  ${kernel('add', true)})`;
