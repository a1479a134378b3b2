const { join } = require('node:path');

/* node webpack.cjs <folder of webpack> [web]: bundles of the program for Node, or of the page. */
const [folder, web] = process.argv.slice(2);
const webpack = require(folder);

const common = {
  mode: 'production',
  context: __dirname,
  optimization: { minimize: false },
  performance: { hints: false },
};
const names = ['sharp', '@napi-rs/canvas'];
const externals = Object.fromEntries(names.map((name) => [name, `import ${name}`]));

const forNode = [
  {
    ...common,
    name: 'CommonJS',
    entry: './program.mjs',
    target: 'node20',
    externals,
    output: { path: join(__dirname, 'out'), filename: 'webpack.cjs', chunkFilename: '[name].cjs' },
  },
  {
    ...common,
    name: 'ES module',
    entry: './program.mjs',
    target: 'node20',
    externals,
    experiments: { outputModule: true },
    output: {
      path: join(__dirname, 'out'),
      filename: 'webpack.mjs',
      chunkFilename: '[name].mjs',
      module: true,
      library: { type: 'module' },
    },
  },
];
const page = {
  ...common,
  entry: './page.mjs',
  target: 'web',
  output: { path: join(__dirname, 'out/web'), filename: 'page.js', publicPath: 'auto' },
};

webpack(web ? page : forNode, (error, stats) => {
  if (!error && !stats.hasErrors() && !stats.hasWarnings()) return;
  console.error(error ?? stats.toString({ all: false, errors: true, warnings: true }));
  process.exitCode = 1;
});
