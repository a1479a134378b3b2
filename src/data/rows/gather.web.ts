/** All examples are in memory in a browser: there is no cache of files. */
export { gatherInMemory as gather } from './gather-memory.js';
