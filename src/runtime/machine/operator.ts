import { Assembler, type Label, type Memory, type Register, registers } from './assembler.js';
import { writeGradient } from './gradient.js';
import { type GatherPlan, gradientOf, productOf } from './plan.js';
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

/** Registers that a caller wants back. */
const kept: readonly Register[] = [rbx, rbp, 12, 13, 14, 15];

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

/** The shape of an operator's output, behind the number of images of a product. */
function shapeOf({ kind, channels, filters, taps, to }: GatherPlan): readonly number[] {
  return kind === 'product' ? [...to, filters] : [taps, channels, filters];
}

/** Writes the code of an operator. */
class OperatorWriter {
  private readonly code = new Assembler();
  private readonly body: Label = {};

  constructor(
    private readonly plan: GatherPlan,
    private readonly name: string,
  ) {}

  write(): OperatorCode {
    const { code, plan, name } = this;
    const name_ = {};
    const inputs = 2 + Number(plan.hasBias) + Number(plan.isMasked);
    const compute = this.compute(inputs);
    const made = this.function(() => code.copy(rax, rsi));
    const madeBy = this.function(() => {
      code.store({ base: rcx }, rsi);
      code.set(rax, 0);
    });
    const named = this.function(() => code.addressOf(rax, name_));
    const [none, one, all] = [0, float32, inputs].map((value) =>
      this.function(() => code.set(rax, value)),
    ) as [number, number, number];
    code.align();
    code.mark(this.body);
    if (plan.kind === 'product') writeProduct(code, productOf(plan));
    else writeGradient(code, gradientOf(plan));
    code.text(name_, name);
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
  private compute(inputs: number): number {
    const { code, plan } = this;
    const [failed, done]: [Label, Label] = [{}, {}];
    const { at } = code.here();
    const onStack = (offset: number): Memory => ({ base: rsp, offset });
    for (const register of kept) code.push(register);
    code.subtract(rsp, stackBytes);
    code.copy(rbx, rdi);
    code.copy(rbp, rsi);
    for (let i = 0; i < inputs; i++) {
      code.copy(rdi, rbp);
      code.set(rsi, i);
      code.address(rdx, onStack(stack.value));
      this.ask(api.getInput, failed);
      code.load(rdi, onStack(stack.value));
      code.address(rsi, onStack(stack.inputs + 8 * i));
      this.ask(api.getTensorData, failed);
      if (i === 0) this.countImages(failed);
    }
    const shape = shapeOf(plan);
    const dims = plan.kind === 'product' ? ['images' as const, ...shape] : shape;
    for (const [i, size] of dims.entries()) {
      if (size === 'images') code.load(rax, onStack(stack.images));
      else code.set(rax, size);
      code.store(onStack(stack.dims + 8 * i), rax);
    }
    code.copy(rdi, rbp);
    code.set(rsi, 0);
    code.address(rdx, onStack(stack.dims));
    code.set(rcx, dims.length);
    code.address(8, onStack(stack.value));
    this.ask(api.getOutput, failed);
    code.load(rdi, onStack(stack.value));
    code.address(rsi, onStack(stack.output));
    this.ask(api.getTensorData, failed);
    code.load(rdi, onStack(stack.inputs));
    code.load(rsi, onStack(stack.inputs + 8));
    if (plan.hasBias) code.load(rdx, onStack(stack.inputs + 16));
    if (plan.isMasked) code.load(9, onStack(stack.inputs + 8 * (inputs - 1)));
    code.load(rcx, onStack(stack.output));
    code.load(8, onStack(stack.images));
    code.call(this.body);
    code.set(rax, 0);
    code.mark(failed);
    code.mark(done);
    code.add(rsp, stackBytes);
    for (const register of [...kept].reverse()) code.pop(register);
    code.return();
    return at!;
  }

  /** Counts the images of the input whose value is on the stack. */
  private countImages(failed: Label): void {
    const { code, plan } = this;
    const size = plan.from[0] * plan.from[1] * plan.channels;
    code.load(rdi, { base: rsp, offset: stack.value });
    code.address(rsi, { base: rsp, offset: stack.info });
    this.ask(api.getTypeAndShape, failed);
    code.load(rdi, { base: rsp, offset: stack.info });
    code.address(rsi, { base: rsp, offset: stack.images });
    this.ask(api.getElementCount, failed);
    code.load(rdi, { base: rsp, offset: stack.info });
    code.call({ base: rbx, offset: 8 * api.releaseTypeAndShape });
    code.load(rax, { base: rsp, offset: stack.images });
    code.set(rcx, size);
    code.divide(rcx);
    code.store({ base: rsp, offset: stack.images }, rax);
  }
}

/** An operator as machine code. @param name its type in a model */
export function writeOperator(plan: GatherPlan, name: string): OperatorCode {
  return new OperatorWriter(plan, name).write();
}
