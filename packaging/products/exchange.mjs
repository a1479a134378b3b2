/*
 * Replaces the kernels of matrix products in a build of ONNX Runtime for WebAssembly by the kernels of kernel.mjs. The
 * build's own have no names: they are found by running all functions of their signature on small matrices.
 */
import createWabt from 'wabt';
import wasmparser from 'wasmparser';
import { kernels } from './kernel.mjs';
import { productsOf } from './products.mjs';

const { BinaryReader, BinaryReaderState: State, SectionCode } = wasmparser;

/** Codes of types in the binary form. */
const [i32, f32] = [-1, -3];

/** Parameters of a kernel: eight whole numbers and a factor. */
const isKernel = ({ params, returns }) =>
  params?.length === 9 &&
  params.every(({ code }, i) => code === (i < 8 ? i32 : f32)) &&
  returns.length === 1 &&
  returns[0].code === i32;

/** A whole number as LEB128. */
function leb128(value) {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}

/** The LEB128 at a place, and the place behind it. */
function readLeb128(bytes, place) {
  let [value, at, shift] = [0, place, 0];
  do {
    value |= (bytes[at] & 127) << shift;
    shift += 7;
  } while (bytes[at++] & 128);
  return [value >>> 0, at];
}

/** A module in parts: the bytes before the section of code, the functions' types and code, and the bytes behind. */
function partsOf(bytes) {
  const copy = Uint8Array.from(bytes);
  const reader = new BinaryReader();
  reader.setData(copy.buffer, 0, copy.length);
  const [types, indices] = [[], []];
  let [section, place] = [0, 0];
  while (reader.read() && section === 0) {
    const { state, result } = reader;
    if (state === State.TYPE_SECTION_ENTRY) types.push(result);
    if (state === State.FUNCTION_SECTION_ENTRY) indices.push(result.typeIndex);
    if (state === State.BEGIN_SECTION && result.id === SectionCode.Code) section = place;
    place = reader.position;
  }
  const [, from] = readLeb128(bytes, section + 1);
  const [count, first] = readLeb128(bytes, from);
  const code = [];
  place = first;
  for (let i = 0; i < count; i++) {
    const [length, start] = readLeb128(bytes, place);
    place = start + length;
    code.push(bytes.subarray(start, place));
  }
  return {
    before: bytes.subarray(0, section),
    functions: code.map((body, i) => ({ type: types[indices[i]], body })),
    after: bytes.subarray(place),
  };
}

/** A module with other code in its functions. */
function withCode({ before, after }, bodies) {
  const section = Buffer.concat([
    leb128(bodies.length),
    ...bodies.flatMap((body) => [leb128(body.length), body]),
  ]);
  return Buffer.concat([
    before,
    Buffer.from([SectionCode.Code]),
    leb128(section.length),
    section,
    after,
  ]);
}

/** The kernels of kernel.mjs as a module. */
async function assembled() {
  const wabt = await createWabt();
  const module = wabt.parseWat('kernels.wat', kernels, { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return Buffer.from(buffer);
}

/** A function in the place of both kernels, run in a module that has nothing else; undefined where it needs more. */
function alone(parts, body) {
  const bytes = withCode(parts, [body, body]);
  if (!WebAssembly.validate(bytes)) return undefined;
  const { write, memory } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  return { run: write, memory };
}

/** Uses of kernels, in the order of kernel.mjs. */
const kinds = ['write', 'add'];

/**
 * Makes the function that gives a build with its kernels exchanged. That throws an Error where the build has not one
 * kernel of each kind.
 * @throws Error when one of kernel.mjs is no kernel
 */
export async function exchanger() {
  const own = partsOf(await assembled());
  const kindOf = ({ body }) => {
    const candidate = alone(own, body);
    return candidate && productsOf(candidate);
  };
  if (own.functions.some((each, i) => kindOf(each) !== kinds[i])) {
    throw new Error('The kernels of packaging/products/kernel.mjs give no products.');
  }
  return (bytes) => {
    const theirs = partsOf(bytes);
    const found = theirs.functions.map((each) => (isKernel(each.type) ? kindOf(each) : undefined));
    for (const kind of kinds) {
      const count = found.filter((each) => each === kind).length;
      if (count === 1) continue;
      throw new Error(
        `This build of ONNX Runtime has ${count} kernels that ${kind} products, where one is to be exchanged. Look how it makes them now.`,
      );
    }
    const bodies = theirs.functions.map(({ body }, i) =>
      found[i] ? own.functions[kinds.indexOf(found[i])].body : body,
    );
    return withCode(theirs, bodies);
  };
}
