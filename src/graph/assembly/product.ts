import { type Bytes, vector } from '../kernel/wasm.js';
import type { Stored } from './arrays.js';
import { type Address, combined, floats, getVector, integer, repeat, setVector } from './code.js';
import type { Locals } from './loop.js';
import type { Product } from './units.js';

/*
 * Products of matrices in blocks whose sums stay in registers, of which there are sixteen: along the columns of the
 * right matrix, four at a time, or along the rows and columns that are multiplied, where both lie so.
 */

/** Steps that are written out instead of repeated. */
const fewSteps = 4;

/** An array's numbers at a pointer. */
interface Side {
  readonly stored: Stored;
  readonly pointer: number | undefined;
}

const bytesOf = (numbers: number) => 4 * numbers;

/** The address of a number so many rows and columns behind a pointer. */
function address({ stored, pointer }: Side, row: number, column: number): Address {
  const { piece, offset, strides } = stored;
  const numbers = offset + row * strides[0]! + column * strides[1]!;
  return { pointer, bytes: piece.address + bytesOf(numbers) };
}

const pairs = (rows: number, columns: number) =>
  Array.from({ length: rows * columns }, (_, i) => [Math.floor(i / columns), i % columns] as const);

/** Sizes of blocks that cover so many: as many of the first size as fit, and so on. */
function blocksOf(count: number, sizes: readonly number[]) {
  let left = count;
  return sizes.flatMap((size) => {
    const times = Math.floor(left / size);
    left -= times * size;
    return times > 0 ? [{ size, times }] : [];
  });
}

class ProductWriter {
  private readonly sums: number[];
  private readonly factors: number[];

  constructor(
    private readonly product: Product,
    private readonly locals: Locals,
  ) {
    this.sums = Array.from({ length: 8 }, () => locals.vector());
    this.factors = Array.from({ length: 6 }, () => locals.vector());
  }

  write(): Bytes {
    const { a, b, to } = this.product;
    const [rows, columns] = to.shape as [number, number];
    const isAlong = (stored: Stored, axis: number) =>
      stored.shape[axis] === 1 || stored.strides[axis] === 1;
    if (columns >= 4 && isAlong(b, 1) && isAlong(to, 1)) return this.byColumns(rows, columns);
    const width = isAlong(a, 1) && isAlong(b, 0) ? 4 : 1;
    return this.tiles(
      blocksOf(rows, [2, 1]),
      blocksOf(columns, [4, 2, 1]),
      (height, across, sides) => this.dots(height, across, width, sides),
    );
  }

  private byColumns(rows: number, columns: number): Bytes {
    const isLow = rows < 4;
    const heights = isLow ? [2, 1] : [4, 2, 1];
    const widths = isLow ? [16, 8, 4, 1] : [8, 4, 1];
    return this.tiles(blocksOf(rows, heights), blocksOf(columns, widths), (height, width, sides) =>
      this.block(height, width, sides),
    );
  }

  /** Code that goes through the result's rows and columns by blocks. */
  private tiles(
    heights: readonly { readonly size: number; readonly times: number }[],
    widths: readonly { readonly size: number; readonly times: number }[],
    block: (height: number, width: number, sides: Sides) => Bytes,
  ): Bytes {
    const { a, b, c, to } = this.product;
    const { locals } = this;
    const [row, column] = [locals.integer(), locals.integer()];
    const [left, right, result, resultRow] = Array.from({ length: 4 }, () => locals.integer()) as [
      number,
      number,
      number,
      number,
    ];
    const [added, addedRow] = c ? [locals.integer(), locals.integer()] : [undefined, undefined];
    const sides: Sides = {
      a: { stored: a, pointer: left },
      b: { stored: b, pointer: right },
      to: { stored: to, pointer: result },
      c: c && { stored: c, pointer: added },
    };
    const starts = [left, resultRow, addedRow].flatMap((pointer) =>
      pointer === undefined ? [] : integer.copy(pointer, undefined),
    );
    const by = (stored: Stored, axis: number, count: number) =>
      bytesOf(stored.strides[axis]! * count);
    const ofHeight = (height: number): Bytes => [
      ...integer.copy(right, undefined),
      ...integer.copy(result, resultRow),
      ...(added === undefined ? [] : integer.copy(added, addedRow)),
      ...widths.flatMap(({ size, times }) =>
        repeat(times, column, [
          ...block(height, size, sides),
          ...integer.advance(right, by(b, 1, size)),
          ...integer.advance(result, by(to, 1, size)),
          ...(added === undefined ? [] : integer.advance(added, by(c!, 1, size))),
        ]),
      ),
      ...integer.advance(left, by(a, 0, height)),
      ...integer.advance(resultRow, by(to, 0, height)),
      ...(addedRow === undefined ? [] : integer.advance(addedRow, by(c!, 0, height))),
    ];
    return [...starts, ...heights.flatMap(({ size, times }) => repeat(times, row, ofHeight(size)))];
  }

  /** Code that goes along the axis that is summed up, so many numbers at a time. */
  private along(
    sides: Sides,
    count: number,
    width: number,
    step: (sides: Sides, place: number) => Bytes,
  ): Bytes {
    const times = Math.floor(count / width);
    if (times <= fewSteps) {
      return Array.from({ length: times }, (_, i) => step(sides, i * width)).flat();
    }
    const { a, b } = sides;
    const [left, right, counter] = [
      this.locals.integer(),
      this.locals.integer(),
      this.locals.integer(),
    ];
    const moved = { ...sides, a: { ...a, pointer: left }, b: { ...b, pointer: right } };
    return [
      ...integer.copy(left, a.pointer),
      ...integer.copy(right, b.pointer),
      ...repeat(times, counter, [
        ...step(moved, 0),
        ...integer.advance(left, bytesOf(a.stored.strides[1]! * width)),
        ...integer.advance(right, bytesOf(b.stored.strides[0]! * width)),
      ]),
    ];
  }

  private reset(count: number): Bytes {
    return this.sums.slice(0, count).flatMap((sum) => [...vector.number(0), ...setVector(sum)]);
  }

  private addProduct(sum: number, left: number, right: number): Bytes {
    return [
      ...getVector(sum),
      ...[...getVector(left), ...getVector(right), ...vector.multiply],
      ...vector.add,
      ...setVector(sum),
    ];
  }

  /** A sum times the factor, and what is added. */
  private result(sum: number, added: Bytes | undefined): Bytes {
    const { factor } = this.product;
    const scaled = factor === 1 ? [] : [...vector.number(factor), ...vector.multiply];
    return [...getVector(sum), ...scaled, ...(added ? [...added, ...vector.add] : [])];
  }

  /** A block of rows and columns, four columns at a time, or one. */
  private block(height: number, width: number, sides: Sides): Bytes {
    const isOne = width === 1;
    const across = isOne ? 1 : width / 4;
    const { a, c, to } = sides;
    const depth = a.stored.shape[1]!;
    const [left, ...rights] = this.factors as [number, ...number[]];
    const cells = pairs(height, across);
    const sumOf = (row: number, place: number) => this.sums[row * across + place]!;
    const load = isOne ? floats.spread : floats.four;
    const sums = this.along(sides, depth, 1, (moved, k) => [
      ...Array.from({ length: across }, (_, place) => [
        ...load(address(moved.b, k, 4 * place)),
        ...setVector(rights[place]!),
      ]).flat(),
      ...Array.from({ length: height }, (_, row) => [
        ...floats.spread(address(moved.a, row, k)),
        ...setVector(left),
        ...Array.from({ length: across }, (_, place) =>
          this.addProduct(sumOf(row, place), left, rights[place]!),
        ).flat(),
      ]).flat(),
    ]);
    const put = isOne ? floats.putOne : floats.putFour;
    const addedAt = (row: number, place: number) => {
      if (!c) return undefined;
      const isSpread = isOne || c.stored.strides[1] === 0;
      return (isSpread ? floats.spread : floats.four)(address(c, row, 4 * place));
    };
    return [
      ...this.reset(cells.length),
      ...sums,
      ...cells.flatMap(([row, place]) =>
        put(address(to, row, 4 * place), this.result(sumOf(row, place), addedAt(row, place))),
      ),
    ];
  }

  /** A block of sums of products of rows and columns, so many numbers of them at a time. */
  private dots(height: number, across: number, width: 1 | 4, sides: Sides): Bytes {
    const { a, c, to } = sides;
    const depth = a.stored.shape[1]!;
    const cells = pairs(height, across);
    const [lefts, rights] = [this.factors.slice(0, 2), this.factors.slice(2)];
    const sumOf = (row: number, column: number) => this.sums[row * across + column]!;
    const step = (isFour: boolean) => (moved: Sides, k: number) => {
      const load = isFour ? floats.four : floats.one;
      return [
        ...Array.from({ length: height }, (_, row) => [
          ...load(address(moved.a, row, k)),
          ...setVector(lefts[row]!),
        ]).flat(),
        ...Array.from({ length: across }, (_, column) => [
          ...load(address(moved.b, k, column)),
          ...setVector(rights[column]!),
        ]).flat(),
        ...cells.flatMap(([row, column]) =>
          this.addProduct(sumOf(row, column), lefts[row]!, rights[column]!),
        ),
      ];
    };
    const fours = width === 4 ? Math.floor(depth / 4) : 0;
    const rest = depth - 4 * fours;
    const from = (side: Side, axis: number): Side => {
      const { stored } = side;
      return {
        ...side,
        stored: { ...stored, offset: stored.offset + 4 * fours * stored.strides[axis]! },
      };
    };
    const tail = { ...sides, a: from(sides.a, 1), b: from(sides.b, 0) };
    return [
      ...this.reset(cells.length),
      ...this.along(sides, 4 * fours, 4, step(true)),
      ...this.along(tail, rest, 1, step(false)),
      ...cells.flatMap(([row, column]) => {
        const sum = sumOf(row, column);
        const added = c && floats.one(address(c, row, column));
        return [
          ...(fours > 0 ? combined(sum, vector.add) : []),
          ...floats.putOne(address(to, row, column), this.result(sum, added)),
        ];
      }),
    ];
  }
}

interface Sides {
  readonly a: Side;
  readonly b: Side;
  readonly c: Side | undefined;
  readonly to: Side;
}

/** The code of a product. */
export function productCode(product: Product, locals: Locals): Bytes {
  const code = new ProductWriter(product, locals).write();
  locals.next();
  return code;
}
