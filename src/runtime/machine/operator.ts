import { Assembler } from './assembler.js';
import { type Label, type Memory, registers, type VectorSet } from './encoding.js';
import { writeGradient } from './gradient.js';
import { writeNarrow } from './narrow.js';
import { writePermutation } from './permutation.js';
import { gradientOf, productOf } from './places.js';
import { imageShape, type MachinePlan } from './plan.js';
import { writeProduct } from './product.js';

/*
 * Operators of ONNX Runtime in machine code: the functions that its structure `OrtCustomOp` points to, by the calling
 * convention of Linux on x64 (System V). A kernel is the pointer to the runtime's interface, which it is made with.
 */

/** Functions of `OrtApi` that an operator calls, by their places in it, which never change. */
const api = {
  getTensorData: 51,
  getElementCount: 64,
  getTypeAndShape: 65,
  getInput: 90,
  getOutput: 91,
  releaseTypeAndShape: 99,
} as const;

const { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi } = registers;

/** The version of the interface that the structure follows. */
const version = 16;

/** `ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT`. */
const float32 = 1;

/** Places on the stack while an operator runs. */
const stack = { value: 0, info: 8, output: 16, images: 24, inputs: 32, dims: 64 };

/** Keeps the stack at a multiple of 16 bytes where functions are called. */
const stackBytes = 104;

/** Machine code of an operator. */
export interface OperatorCode {
  readonly bytes: Uint8Array;
  /** Places in it that the fields of `OrtCustomOp` point to; the first field is the version. */
  readonly fields: readonly number[];
  readonly version: number;
}

/** An operator as the runtime sees it. */
interface OperatorForm {
  readonly inputs: number;
  /** Numbers of the first input for each image, where images are counted. */
  readonly imageSize?: number;
  /** The output's shape, behind the number of images where that is its first axis. */
  readonly shape: readonly number[];
  readonly isOfImages: boolean;
  /** Writes the function that computes it: see `GatherLoops.function`. */
  write(code: Assembler): void;
}

function formOf(plan: MachinePlan): OperatorForm {
  if (plan.kind === 'permutation') {
    const shape = plan.order.map((axis) => plan.sizes[axis]!);
    const write = (code: Assembler) => writePermutation(code, plan);
    return { inputs: 1, shape, isOfImages: false, write };
  }
  const { channels, filters, taps, from } = plan;
  const imageSize = from[0] * from[1] * channels;
  if (plan.kind === 'gradient') {
    const write = (code: Assembler) => writeGradient(code, gradientOf(plan));
    return { inputs: 2, imageSize, shape: [taps, channels, filters], isOfImages: false, write };
  }
  const inputs = 2 + Number(plan.hasBias) + Number(plan.isMasked);
  const write = (code: Assembler) => {
    if (plan.kind === 'narrow') writeNarrow(code, productOf(plan), taps);
    else writeProduct(code, productOf(plan));
  };
  return { inputs, imageSize, shape: imageShape(plan), isOfImages: true, write };
}

/** Writes the code of an operator. */
class OperatorWriter {
  private readonly code: Assembler;
  private readonly body: Label = {};
  private readonly form: OperatorForm;

  constructor(
    private readonly plan: MachinePlan,
    private readonly name: string,
    set: VectorSet,
  ) {
    this.code = new Assembler(set);
    this.form = formOf(plan);
  }

  write(): OperatorCode {
    const { code, name, form } = this;
    const text: Label = {};
    const { inputs } = form;
    const compute = this.compute();
    const made = this.function(() => code.copy(rax, rsi));
    const madeBy = this.function(() => {
      code.store({ base: rcx }, rsi);
      code.put(rax, 0);
    });
    const named = this.function(() => code.addressOf(rax, text));
    const [none, one, all] = [0, float32, inputs].map((value) =>
      this.function(() => code.put(rax, value)),
    ) as [number, number, number];
    code.align();
    code.mark(this.body);
    form.write(code);
    code.text(text, name);
    const fields = [
      ...[made, named, none],
      // Types and numbers of inputs and outputs.
      ...[one, all, one, one],
      ...[compute, none],
      // Inputs and outputs are required, and in the processor's memory; none are variadic.
      ...[none, none, none, one, one, one, one],
      ...[madeBy, compute],
    ];
    return { bytes: code.assemble(), fields, version };
  }

  /** A short function. @returns its place */
  private function(write: () => void): number {
    const { code } = this;
    code.align();
    const { at } = code.here();
    write();
    code.return();
    return at!;
  }

  /** Calls the runtime, and gives up when it answers with an error, which is the function's result then. */
  private ask(place: number, failed: Label): void {
    const { code } = this;
    code.call({ base: rbx, offset: 8 * place });
    code.test(rax);
    code.jumpIf('notZero', failed);
  }

  /** Computes the operator: of a kernel (rdi) and its context (rsi). @returns its place */
  private compute(): number {
    const { code, plan } = this;
    const { inputs, shape, isOfImages, imageSize } = this.form;
    const failed: Label = {};
    const { at } = code.here();
    const onStack = (offset: number): Memory => ({ base: rsp, offset });
    code.function(stackBytes, () => {
      code.copy(rbx, rdi);
      code.copy(rbp, rsi);
      for (let i = 0; i < inputs; i++) {
        code.copy(rdi, rbp);
        code.put(rsi, i);
        code.address(rdx, onStack(stack.value));
        this.ask(api.getInput, failed);
        code.load(rdi, onStack(stack.value));
        code.address(rsi, onStack(stack.inputs + 8 * i));
        this.ask(api.getTensorData, failed);
        if (i === 0 && imageSize !== undefined) this.countImages(imageSize, failed);
      }
      const dims = isOfImages ? ['images' as const, ...shape] : shape;
      for (const [i, size] of dims.entries()) {
        if (size === 'images') code.load(rax, onStack(stack.images));
        else code.put(rax, size);
        code.store(onStack(stack.dims + 8 * i), rax);
      }
      code.copy(rdi, rbp);
      code.put(rsi, 0);
      code.address(rdx, onStack(stack.dims));
      code.put(rcx, dims.length);
      code.address(8, onStack(stack.value));
      this.ask(api.getOutput, failed);
      code.load(rdi, onStack(stack.value));
      code.address(rsi, onStack(stack.output));
      this.ask(api.getTensorData, failed);
      code.load(rdi, onStack(stack.inputs));
      code.load(rsi, onStack(stack.inputs + 8));
      if ('hasBias' in plan && plan.hasBias) code.load(rdx, onStack(stack.inputs + 16));
      if ('isMasked' in plan && plan.isMasked)
        code.load(9, onStack(stack.inputs + 8 * (inputs - 1)));
      code.load(rcx, onStack(stack.output));
      code.load(8, onStack(stack.images));
      code.call(this.body);
      code.put(rax, 0);
      code.mark(failed);
    });
    return at!;
  }

  /** Counts the images of the input whose value is on the stack. */
  private countImages(size: number, failed: Label): void {
    const { code } = this;
    code.load(rdi, { base: rsp, offset: stack.value });
    code.address(rsi, { base: rsp, offset: stack.info });
    this.ask(api.getTypeAndShape, failed);
    code.load(rdi, { base: rsp, offset: stack.info });
    code.address(rsi, { base: rsp, offset: stack.images });
    this.ask(api.getElementCount, failed);
    code.load(rdi, { base: rsp, offset: stack.info });
    code.call({ base: rbx, offset: 8 * api.releaseTypeAndShape });
    code.load(rax, { base: rsp, offset: stack.images });
    code.put(rcx, size);
    code.divide(rcx);
    code.store({ base: rsp, offset: stack.images }, rax);
  }
}

/** An operator as machine code. @param name its type in a model */
export function writeOperator(plan: MachinePlan, name: string, set: VectorSet): OperatorCode {
  return new OperatorWriter(plan, name, set).write();
}
