export { offered } from './next-steps.js';
export { wordsFor } from './words.js';
