import { elementCount } from '../../base/shape.js';
import type { PlainTensor } from '../plain-tensor.js';
import type { InPlaceStep, Slot } from '../session.js';

/** The memory of a step, and its kernel. */
export class StepMemory {
  private readonly memory: WebAssembly.Memory;
  private readonly kernel: () => void;

  constructor({ pages, kernel, constants }: InPlaceStep) {
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new WebAssembly.Module(kernel);
    const { run } = new WebAssembly.Instance(module, { host: { memory: this.memory } }).exports;
    this.kernel = run as () => void;
    for (const { address, values } of constants) this.view(address, values.length).set(values);
  }

  view(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  tensor({ dims, address }: Omit<Slot, 'name'>): PlainTensor {
    return { type: 'float32', dims, data: this.view(address, elementCount(dims)) };
  }

  /** Computes the kernel's results from all that lies in the memory. */
  update(): void {
    this.kernel();
  }
}
