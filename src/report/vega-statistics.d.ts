/** The package ships no types. */
declare module 'vega-statistics' {
  /** The value below which a normal variable lies with the given probability. */
  export function quantileNormal(probability: number, mean?: number, stdev?: number): number;
}
