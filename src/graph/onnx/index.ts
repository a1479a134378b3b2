/**
 * Emission: programs as the bytes of ONNX models.
 *
 * - `model.ts`: a program as a model; `loop.ts`: a repeated step as one, with a `Scan`
 * - `deferred.ts`: arithmetic that outputs alone need, behind the `Scan`; `microbatches.ts`: the
 *   `Loop` over microbatches inside of it; `control-flow.ts`: the nodes of both loops
 * - `emitter.ts`: which graph an operation goes to; `graph-writer.ts`: names, nodes and constants of
 *   one graph; `messages.ts`: the messages of ONNX's file format
 * - `alignment.ts`: which tensors are copied so that their place in memory does not matter
 */
export { dependsOnAlignment } from './alignment.js';
export { toLoopModel } from './loop.js';
export { toModel } from './model.js';
