/**
 * Reverse-mode differentiation: the table of derivatives, with one row an operator
 * (`derivatives/`), and the sweep from a scalar back to the values that it is made of
 * (`gradient.ts`). A new operator needs a row in the table.
 */
export { gradient } from './gradient.js';
