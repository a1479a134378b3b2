/**
 * Turns and mirrors places on a plane so that they lie as near as they can to earlier ones: the
 * orthogonal Procrustes problem (Schönemann 1966, https://doi.org/10.1007/BF02289451), which in two
 * dimensions is an angle and a choice of side.
 * @param places x and y of each in turn
 * @param earlier places of the same points
 * @returns the turn, for any place of the same plane
 */
export function aligning(
  places: Float32Array,
  earlier: Float32Array,
): (place: readonly [number, number]) => [number, number] {
  // Sums of the products of coordinates: the matrix of Schönemann's eq. 5.
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (let i = 0; i < places.length; i += 2) {
    const [x, y, u, v] = [places[i]!, places[i + 1]!, earlier[i]!, earlier[i + 1]!];
    xx += x * u;
    xy += x * v;
    yx += y * u;
    yy += y * v;
  }
  const turned = Math.hypot(xx + yy, xy - yx);
  const mirrored = Math.hypot(xx - yy, xy + yx);
  const side = mirrored > turned ? -1 : 1;
  const angle = Math.atan2(xy - side * yx, xx + side * yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => [x * cos - side * y * sin, x * sin + side * y * cos];
}
