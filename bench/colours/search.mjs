/*
 * Searches for the colours of classes in `src/report/class-colours.ts`:
 * node bench/colours/search.mjs [runs] [seed]
 *
 * Simulated annealing moves ten colours in OKLCH so that the two nearest are as far apart as can be, in
 * CIEDE2000, for normal, deuteranope and protanope eyes (Machado et al. 2009, by culori). Normal eyes count
 * two thirds: they can have more. Each colour has a contrast of 3:1 with its grounds.
 */
import {
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  formatHex,
  lab65,
  oklab,
  rgb,
  toGamut,
  wcagContrast,
} from 'culori';

const count = 10;
const steps = 30_000;
const [runs, firstSeed] = [Number(process.argv[2] ?? 12), Number(process.argv[3] ?? 1)];

const eyes = [
  { see: (colour) => colour, share: 2 / 3 },
  { see: filterDeficiencyDeuter(1), share: 1 },
  { see: filterDeficiencyProt(1), share: 1 },
];

/** Grounds, and bounds of OKLCH that keep out colours that look black or white. */
const themes = {
  onLight: { grounds: ['#ffffff', '#f6f7f9'], lightness: [0.36, 0.7] },
  onDark: { grounds: ['#12161a', '#1a2026'], lightness: [0.58, 0.93] },
};
const chroma = [0.08, 0.19];

/** Numbers from 0 to 1 by a seed (mulberry32), so that a search can be repeated. */
function randomBy(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ciede2000 = differenceCiede2000();
const inGamut = toGamut('rgb', 'oklch');

/** A colour as each kind of eyes sees it; undefined where it does not stand out from the grounds. */
function seen(colour, grounds) {
  const hex = formatHex(inGamut(colour));
  if (grounds.some((ground) => wcagContrast(hex, ground) < 3)) return undefined;
  return { hex, colour, labs: eyes.map(({ see }) => lab65(see(rgb(hex)))) };
}

/** The distance that decides between two colours. */
const distance = (a, b) =>
  Math.min(...eyes.map(({ share }, i) => share * ciede2000(a.labs[i], b.labs[i])));

/** A soft minimum of distances: the nearest ones count most. */
const crowd = (distances) =>
  Math.log(distances.reduce((sum, far) => sum + Math.exp(-far / 1.2), 0));

function anneal({ grounds, lightness }, random) {
  const within = (value, [low, high]) => Math.min(high, Math.max(low, value));
  const between = ([low, high]) => low + (high - low) * random();
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const draw = () => {
    const colour = { mode: 'oklch', l: between(lightness), c: between(chroma), h: 360 * random() };
    return seen(colour, grounds) ?? draw();
  };
  const set = Array.from({ length: count }, draw);
  const rowOf = (i, colour) =>
    set.map((other, j) => (j === i ? Number.POSITIVE_INFINITY : distance(colour, other)));
  const rows = set.map((colour, i) => rowOf(i, colour));
  for (let step = 0; step < steps; step++) {
    const heat = (1 - step / steps) ** 2;
    const i = Math.floor(random() * count);
    const { l, c, h } = set[i].colour;
    const reach = 0.25 * heat + 0.004;
    const moved = {
      mode: 'oklch',
      l: within(l + 0.5 * reach * normal(), lightness),
      c: within(c + 0.3 * reach * normal(), chroma),
      h: h + 360 * reach * normal(),
    };
    const next = random() < 0.02 * heat ? draw() : seen(moved, grounds);
    if (!next) continue;
    const row = rowOf(i, next);
    const gain = crowd(rows[i]) - crowd(row);
    if (gain <= 0 && random() >= Math.exp(gain / (0.6 * heat + 1e-3))) continue;
    set[i] = next;
    rows[i] = row;
    for (const [j, far] of row.entries()) if (j !== i) rows[j][i] = far;
  }
  return { set, least: Math.min(...rows.flat()) };
}

function best(theme) {
  const found = Array.from({ length: runs }, (_, i) => anneal(theme, randomBy(firstSeed + i)));
  return found.reduce((a, b) => (b.least > a.least ? b : a)).set;
}

/** Puts the second set in the order of the first, so that a class has about one hue in both. */
function matched(first, second, random) {
  const hue = ({ hex }) => oklab(hex);
  const unlike = (a, b) => (hue(a).a - hue(b).a) ** 2 + (hue(a).b - hue(b).b) ** 2;
  const order = [...second];
  for (let step = 0; step < 20_000; step++) {
    const [i, j] = [Math.floor(random() * count), Math.floor(random() * count)];
    const now = unlike(first[i], order[i]) + unlike(first[j], order[j]);
    const swapped = unlike(first[i], order[j]) + unlike(first[j], order[i]);
    if (swapped < now) [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Pairs in an order in which few classes have colours that are far apart: blue, then always the farthest. */
function ordered(pairs) {
  const blueness = ([{ hex }]) => -oklab(hex).b;
  const order = [pairs.reduce((a, b) => (blueness(b) > blueness(a) ? b : a))];
  const apart = (a, b) => Math.min(distance(a[0], b[0]), distance(a[1], b[1]));
  const far = (pair) => Math.min(...order.map((other) => apart(pair, other)));
  while (order.length < pairs.length) {
    const left = pairs.filter((pair) => !order.includes(pair));
    order.push(left.reduce((a, b) => (far(b) > far(a) ? b : a)));
  }
  return order;
}

const [onLight, onDark] = Object.values(themes).map(best);
const pairs = matched(onLight, onDark, randomBy(firstSeed)).map((dark, i) => [onLight[i], dark]);
const order = ordered(pairs);
for (const [i, name] of Object.keys(themes).entries()) {
  const set = order.map((pair) => pair[i]);
  console.log(name, JSON.stringify(set.map(({ hex }) => hex)));
  for (const [eye, title] of ['normal', 'deuteranope', 'protanope'].entries()) {
    const all = set.flatMap((a, at) =>
      set.slice(0, at).map((b) => ciede2000(a.labs[eye], b.labs[eye])),
    );
    console.log(`  ${title}: ${Math.min(...all).toFixed(1)}`);
  }
}
