import { train } from './train.mjs';

// Also for formats of bundles that cannot wait at the top.
train().then((numbers) => console.log(JSON.stringify(numbers)));
