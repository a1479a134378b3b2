/** Style of all pictures. Lengths are in points; a picture has `resolution` pixels a point. */
export const style = {
  resolution: 2,
  font: 'Inter, system-ui, sans-serif',
  titleSize: 13,
  labelSize: 11,
  text: '#1f2328',
  line: '#8c959f',
  grid: '#e7eaee',
  /** A rim around text that lies on marks. */
  halo: 'white',
  /** White space around a picture. */
  margin: 12,
} as const;

/** A length in points as pixels. */
export const pixels = (points: number): number => Math.round(points * style.resolution);

/** A font for a canvas, `size` in points. */
export const canvasFont = (size: number): string => `${pixels(size)}px ${style.font}`;
