/**
 * Repeated steps over small arrays as one function in WebAssembly. The runtime takes longer to start each of a hundred
 * small operators than to compute it, and has each go through its arrays by itself.
 *
 * - `arrays.ts`: numbers by their places in memory, or computed where they are used; `functions.ts`: functions of single
 *   numbers
 * - `units.ts`: loops and products of matrices; `lower.ts`: values as such; `fuse.ts`: loops brought together
 * - `loop.ts`, `product.ts`: the code of these, in the instructions of `code.ts`
 * - `step.ts`: a whole step, with the places of all in its memory; `sized.ts`: one for each number of examples;
 *   `pays.ts`: which steps are small
 */
export { openSized } from './sized.js';
