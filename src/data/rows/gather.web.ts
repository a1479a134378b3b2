/** In a browser all examples are in memory: there is no cache of files. */
export { gatherInMemory as gather } from './gather-memory.js';
