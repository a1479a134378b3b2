/** A number of the standard normal distribution, by Box and Muller; no seed, for pictures that are drawn anew. */
export function standardNormal(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
