import type { Tensor } from 'onnxruntime-common';
import { roomyBuffer } from '../../base/shape.js';
import type { PlainTensor, PlainTensors } from '../plain-tensor.js';

/** Copies of tensors in memory that is used again for the next tensor of the same name. */
export class Copies {
  private readonly buffers = new Map<string, ArrayBufferLike>();

  /** @param memory makes the memory of the copies */
  constructor(private readonly memory: new (bytes: number) => ArrayBufferLike) {}

  private take(name: string, { type, dims, data }: PlainTensor): PlainTensor {
    const buffer = roomyBuffer(this.memory, data.byteLength, this.buffers.get(name));
    this.buffers.set(name, buffer);
    const own = new (data.constructor as Uint8ArrayConstructor)(
      buffer as ArrayBuffer,
      0,
      data.length,
    );
    own.set(data as Uint8Array);
    return { type, dims, data: own };
  }

  /** The tensors, with copies in the place of the tensors of a kind. */
  takeAll(
    tensors: PlainTensors,
    isOfKind: (tensor: PlainTensor) => boolean = () => true,
  ): PlainTensors {
    return Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        isOfKind(tensor) ? this.take(name, tensor) : tensor,
      ]),
    );
  }
}

const nowhere = new MessageChannel().port1;
nowhere.close();

/** Frees a tensor's memory at once: the garbage collector sees too little of it to do so in time. */
export function discard({ data }: Pick<Tensor, 'data'>): void {
  nowhere.postMessage(undefined, [(data as Float32Array).buffer as ArrayBuffer]);
}
