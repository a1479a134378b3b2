import type { Scene } from 'vega';
import type { Config, TopLevelSpec } from 'vega-lite';
import { createCanvas } from './canvas.js';
import { style } from './style.js';

const config: Config = {
  font: style.font,
  background: 'white',
  padding: style.margin,
  view: { stroke: null },
  title: {
    fontSize: style.titleSize,
    fontWeight: 'normal',
    color: style.text,
    anchor: 'start',
    offset: 8,
  },
  axis: {
    labelFontSize: style.labelSize,
    labelColor: style.text,
    titleFontSize: style.titleSize,
    titleFontWeight: 'normal',
    titleColor: style.text,
    titlePadding: 8,
    domainColor: style.line,
    tickColor: style.line,
    gridColor: style.grid,
  },
  // Vega guesses the width of the labels between an axis and its title, and guesses high.
  axisY: { titlePadding: 2 },
  legend: {
    labelFontSize: style.labelSize,
    labelColor: style.text,
    titleFontSize: style.titleSize,
    titleFontWeight: 'normal',
    titleColor: style.text,
    symbolOpacity: 1,
  },
};

/** Loads Vega, so that the first chart does not wait for it. */
export async function loadCharts(): Promise<void> {
  await import('#vega');
}

/** The running Vega view of a Vega-Lite chart in the style of all pictures, without a document. */
export async function chartView(spec: TopLevelSpec) {
  const { compile, parse, View, Warn } = await import('#vega');
  const view = new View(parse(compile(spec, { config }).spec), {
    renderer: 'none',
    logLevel: Warn,
  });
  return view.runAsync();
}

/** Draws a Vega-Lite chart as a PNG file. */
export async function drawChart(spec: TopLevelSpec): Promise<Uint8Array> {
  const view = await chartView(spec);
  const [left = 0, top = 0] = view.origin();
  // Vega returns the scene graph, where its types say its root.
  const { bounds } = (view.scenegraph() as unknown as { readonly root: Scene }).root;
  const extent = (before: number, after: number) =>
    Math.ceil(style.resolution * (before + Math.ceil(after) + 2 * style.margin));
  const canvas = await createCanvas(extent(left, bounds.x2), extent(top, bounds.y2));
  await view.toCanvas(style.resolution, { externalContext: canvas.context });
  view.finalize();
  return canvas.png();
}
