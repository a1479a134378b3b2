/**
 * Nodes and weights of Gauss–Legendre quadrature on [0, 1], by Newton's method on the Legendre
 * polynomial (Press et al., "Numerical Recipes", 2007, §4.6.1).
 */
export function gaussLegendre(count: number): { nodes: number[]; weights: number[] } {
  /** The polynomial of degree `count` and its derivative at x. */
  const legendre = (x: number): [value: number, slope: number] => {
    let [before, value] = [1, x];
    for (let n = 2; n <= count; n++) {
      [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
    }
    return [value, (count * (x * value - before)) / (x * x - 1)];
  };
  const roots = Array.from({ length: count }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    for (let step = 0; step < 8; step++) {
      const [value, slope] = legendre(x);
      x -= value / slope;
    }
    return x;
  });
  return {
    nodes: roots.map((x) => (1 + x) / 2),
    weights: roots.map((x) => 1 / ((1 - x * x) * legendre(x)[1] ** 2)),
  };
}
