/**
 * Steps with a kernel in WebAssembly, which updates the state in one pass: which values it computes
 * (`expression.ts`), its code (`emit.ts`, over the binary format in `wasm.ts`), where its numbers lie
 * (`layout.ts`, `memory.ts`), and a step of both a model and a kernel (`step.ts`).
 */
export { toInPlaceStep } from './step.js';
