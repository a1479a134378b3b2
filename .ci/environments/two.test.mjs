import './one.test.mjs';
