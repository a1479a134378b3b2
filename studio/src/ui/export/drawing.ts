import { Context } from 'svgcanvas';

const anchors: Readonly<Record<string, string>> = { center: 'middle', right: 'end', end: 'end' };

const baselines: Readonly<Record<string, string>> = {
  top: 'text-before-edge',
  middle: 'central',
  bottom: 'text-after-edge',
};

/** A text as XML. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A drawing that becomes SVG. Its texts are written here: svgcanvas needs inline styles for them. */
class Drawing extends Context {
  private readonly texts: string[] = [];

  fillText(words: string, x: number, y: number): void {
    this.write(words, x, y, `fill="${this.fillStyle}"`);
  }

  strokeText(words: string, x: number, y: number): void {
    const line = `stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"`;
    this.write(words, x, y, `fill="none" stroke-linejoin="round" ${line}`);
  }

  /** The drawing as a file of SVG. */
  svg(): string {
    return this.getSerializedSvg().replace(/<\/svg>\s*$/, `${this.texts.join('')}</svg>`);
  }

  private write(words: string, x: number, y: number, ink: string): void {
    const [, size = '12', family = 'sans-serif'] = /([\d.]+)px (.+)/.exec(this.font) ?? [];
    const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${ink}`;
    const anchor = anchors[this.textAlign] ?? 'start';
    const baseline = baselines[this.textBaseline] ?? 'alphabetic';
    const font = `font-size="${size}" font-family="${escaped(family)}"`;
    this.texts.push(
      `<text ${place} text-anchor="${anchor}" dominant-baseline="${baseline}" ${font}>${escaped(words)}</text>`,
    );
  }
}

/** A drawing on a canvas of this size, as a file of SVG. */
export function svgOf(
  width: number,
  height: number,
  draw: (context: CanvasRenderingContext2D) => void,
): string {
  const drawing = new Drawing(width, height);
  draw(drawing as unknown as CanvasRenderingContext2D);
  return drawing.svg();
}
