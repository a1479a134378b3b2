export { parse, View, Warn } from 'vega';
export { compile } from 'vega-lite';
