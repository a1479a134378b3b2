import { train } from './train.mjs';

// Runs in formats of bundles too that cannot wait at the top.
train().then((numbers) => console.log(JSON.stringify(numbers)));
