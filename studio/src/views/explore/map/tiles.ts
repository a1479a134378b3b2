import type { Scales } from '../../../../../src/report/panels.js';
import type { Numbers } from '../../../model/api.js';
import { areLines, drawImages } from '../../../ui/pictures.js';
import { boundsOf, type Place, toScreen, type Viewport } from './viewport.js';

/** Images in a tile, each way. */
const cells = 4;

/** The least width of an image on the map, in CSS pixels; it is less than twice as wide. */
const cellSize = 30;

/** The size of a sequence on a tile, in pixels of its canvas. */
const linePanel = { width: 72, height: 72, gap: 0, ground: 'onDark' } as const;

/** Tiles that are kept. */
const most = 600;

/** A square of the plane at one level: from (column, row) to the next, times its side. */
interface TilePlace {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

interface Tile extends TilePlace {
  readonly canvas: HTMLCanvasElement;
  /** The plane that it is of, by its number. */
  readonly generation: number;
}

const sideOf = (level: number) => 2 ** level;
const keyOf = ({ level, column, row }: TilePlace) => `${level}/${column}/${row}`;

/** The level whose images have the wanted size: tiles are 2^level units wide. */
function levelOf(unit: number): number {
  return Math.ceil(Math.log2((cells * cellSize) / unit));
}

/** The tiles that cover a view, the middle first. */
function tilesOf(view: Viewport): TilePlace[] {
  const level = levelOf(view.unit);
  const side = sideOf(level);
  const { left, right, bottom, top } = boundsOf(view);
  const places: TilePlace[] = [];
  for (let row = Math.floor(bottom / side); row * side < top; row++) {
    for (let column = Math.floor(left / side); column * side < right; column++) {
      places.push({ level, column, row });
    }
  }
  const far = ({ column, row }: TilePlace) =>
    Math.hypot((column + 0.5) * side - view.x, (row + 0.5) * side - view.y);
  return places.sort((a, b) => far(a) - far(b));
}

/** The middles of a tile's images in reading order: x and y in turn. */
function middlesOf({ level, column, row }: TilePlace): Float32Array {
  const side = sideOf(level);
  const places = new Float32Array(cells * cells * 2);
  for (let i = 0; i < cells * cells; i++) {
    places[2 * i] = (column + ((i % cells) + 0.5) / cells) * side;
    places[2 * i + 1] = (row + 1 - (Math.floor(i / cells) + 0.5) / cells) * side;
  }
  return places;
}

/** Images decoded across a plane, as tiles of a map that are made when they are seen. */
export class Tiles {
  private readonly tiles = new Map<string, Tile>();
  private wanted: readonly TilePlace[] = [];
  private generation = 0;
  private working = false;
  private scales: Scales | undefined;

  /**
   * @param decode images of places (x and y in turn); undefined when there is nothing to decode
   *   with any more
   * @param changed told when there is more to draw
   */
  constructor(
    private readonly decode: (places: Float32Array) => Promise<Numbers | undefined>,
    private readonly changed: () => void,
  ) {}

  /** The plane is another one: all tiles are made anew, and shown until they are. */
  renew(): void {
    this.generation++;
    this.scales = undefined;
    this.work();
  }

  /** Asks for the tiles of a view. */
  want(view: Viewport): void {
    this.wanted = tilesOf(view);
    this.work();
  }

  /** Draws the tiles that are made: coarser ones first, so that finer ones cover them. */
  draw(context: CanvasRenderingContext2D, view: Viewport): void {
    const { left, right, bottom, top } = boundsOf(view);
    const level = levelOf(view.unit);
    const order = [...this.tiles.values()]
      .filter((tile) => tile.level >= level)
      .sort((a, b) => b.level - a.level);
    for (const { canvas, ...tile } of order) {
      const side = sideOf(tile.level);
      const [x, y] = [tile.column * side, tile.row * side];
      if (x > right || x + side < left || y > top || y + side < bottom) continue;
      // Whole pixels: between two tiles must be no seam.
      const corner = (place: Place) => toScreen(view, place).map(Math.round) as [number, number];
      const [screenLeft, screenBottom] = corner([x, y]);
      const [screenRight, screenTop] = corner([x + side, y + side]);
      context.drawImage(
        canvas,
        screenLeft,
        screenTop,
        screenRight - screenLeft,
        screenBottom - screenTop,
      );
    }
  }

  private missing(): TilePlace | undefined {
    return this.wanted.find(
      (place) => this.tiles.get(keyOf(place))?.generation !== this.generation,
    );
  }

  /** Makes tiles one after another, so that other work comes between. */
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      for (let place = this.missing(); place; place = this.missing()) {
        const { generation } = this;
        const images = await this.decode(middlesOf(place));
        if (!images) return;
        this.keep({ ...place, generation, canvas: await this.drawn(images) });
        this.changed();
      }
    } finally {
      this.working = false;
    }
  }

  /** The images of a tile; or its sequences as lines, all tiles in the scales of the first. */
  private async drawn(images: Numbers): Promise<HTMLCanvasElement> {
    const canvas = document.createElement('canvas');
    if (areLines(images)) {
      const { drawLines } = await import('../../../ui/draw-lines.js');
      const layers = [{ sequences: images, width: 1, opacity: 1 }];
      this.scales = drawLines(canvas, layers, cells, linePanel, this.scales);
    } else {
      drawImages(canvas, images, cells);
    }
    return canvas;
  }

  private keep(tile: Tile): void {
    const key = keyOf(tile);
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    for (const [oldest] of this.tiles) {
      if (this.tiles.size <= most) break;
      this.tiles.delete(oldest);
    }
  }
}
