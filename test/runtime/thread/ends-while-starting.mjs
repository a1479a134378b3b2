// A program that ends while its thread gets ready, so many milliseconds after it has started it.
import { flushDenormals } from '../../../dist/runtime/session.js';
import { startAhead } from '../../../dist/runtime/thread/thread.node.js';

flushDenormals();
startAhead();
setTimeout(() => process.exit(3), Number(process.argv[2]));
