import { proxy } from 'comlink';
import { Tensor } from 'onnxruntime-common';
import { isLearnt, type TableColumn } from '../../../../src/data/column.js';
import { marginals } from '../../../../src/data/quality/marginals.js';
import { gapsOf, keptCells } from '../../../../src/data/tables/columns/kept-cells.js';
import { tablePieces } from '../../../../src/data/tables/columns/table-files.js';
import { type RowsOptions, TableRows } from '../../../../src/data/tables/columns/table-rows.js';
import { type Dataset, datasets, measureQuality, qualityRows } from '../../../../src/index.js';
import { rankedCsv, usualNats } from '../../../../src/report/ranked-rows.js';
import type { DataName, Part } from '../../data/info.js';
import type { LoadedData } from '../data.js';
import { handOver, type Numbers, toNumbers } from '../numbers.js';
import type { OpenModel } from '../open-model.js';
import type { Cells, FillOptions, RowSource, ScoredRange, TableService } from './api.js';

/** Draws for marks on cells, and rows by which the usual nats of columns are known. */
const markDraws = 20;
const usualRows = 1000;

/** Rows whose gaps are filled in one call, so that the page tells how far it is. */
const filledAtOnce = 1000;

/** Rows that are shown with their gaps filled. */
const shownFilled = 20;

/** The models and data that the service uses. */
export interface TableContext {
  model(id: string): OpenModel;
  /** A part of data as an open model sees it. */
  seen(id: string, data: DataName, part: Part): Promise<Dataset>;
  loaded(data: DataName): Promise<LoadedData>;
}

/** The uses of models of tables, for the page. */
export const tableService = (context: TableContext): TableService =>
  proxy(new OfTables(context)) as TableService;

class OfTables implements Omit<TableService, keyof ReturnType<typeof proxy>> {
  /** The usual nats of columns, by model and data. */
  private readonly usual = new Map<string, Promise<readonly number[]>>();

  constructor(private readonly context: TableContext) {}

  async cells(id: string, values: Numbers): Promise<Cells> {
    return textsOf(await this.rows(id, values));
  }

  async row(id: string, source: RowSource, place: number): Promise<readonly string[]> {
    const [cells] = await this.texts(id, await this.chosen(id, source, [place]));
    return cells!;
  }

  async look(id: string, source: RowSource, places: ArrayLike<number>) {
    const { vae } = this.context.model(id);
    const chosen = await this.chosen(id, source, places);
    const labels = vae.labelsOf(chosen);
    const made = await this.cells(id, toNumbers(await vae.reconstruct(chosen, { labels })));
    const from = Array.from({ length: chosen.size }, (_, i) => nameOf(chosen, i));
    const odd = await this.oddness(id, source, chosen);
    return { cells: await this.texts(id, chosen), from, made, odd };
  }

  async score(id: string, source: RowSource, range: ScoredRange) {
    const { start, end, draws } = range;
    const places = Array.from({ length: end - start }, (_, i) => start + i);
    const chosen = await this.chosen(id, source, places);
    const { values, columns } = await this.scored(id, chosen, draws);
    return { values, columns: columns!.data as Float32Array };
  }

  async ranking(
    id: string,
    source: RowSource,
    { values, columns }: { values: Float32Array; columns: Float32Array },
    order: ArrayLike<number>,
  ): Promise<string> {
    const data = await this.context.seen(id, source.data, source.part);
    const dims = [values.length, columns.length / values.length];
    return rankedCsv({ data, values, columns: new Tensor('float32', columns, dims) }, order);
  }

  async fill(
    id: string,
    source: RowSource,
    { how, seed }: FillOptions,
    onProgress: (done: number, total: number) => void,
  ) {
    const { vae } = this.context.model(id);
    const data = await this.context.seen(id, source.data, source.part);
    const before = (await datasets.readRange(data, 0, data.size)).data as Float32Array;
    const width = before.length / data.size;
    const places = Array.from({ length: data.size }, (_, row) => row).filter((row) =>
      before.subarray(row * width, (row + 1) * width).some(Number.isNaN),
    );
    const after = before.slice();
    for (let start = 0; start < places.length; start += filledAtOnce) {
      const some = places.slice(start, start + filledAtOnce);
      const options = how === 'draw' ? { draws: 1, seed: seed + start } : { seed };
      const { single, draws } = await vae.impute(datasets.subset(data, some), options);
      const filled = (draws[0] ?? single).data as Float32Array;
      for (const [i, row] of some.entries()) {
        after.set(filled.subarray(i * width, (i + 1) * width), row * width);
      }
      await onProgress(start + some.length, places.length);
    }
    const values: Numbers = { data: after, dims: [data.size, width] };
    const gaps = gapsOf(before, data, keptCells(data));
    const first = await this.firstFilled(id, data, before, values);
    return handOver({ values, gaps, first }, values);
  }

  /** The first rows that had gaps, filled. */
  private async firstFilled(
    id: string,
    data: Dataset,
    before: Float32Array,
    { data: after }: Numbers,
  ) {
    const columns = this.columns(id);
    const learnt = columns.filter(isLearnt);
    const width = learnt.length;
    const known = keptCells(data);
    const isGap = (row: number, { name }: TableColumn, place: number) =>
      Number.isNaN(before[row * width + place]) && known(row, name) === undefined;
    const places = Array.from({ length: data.size }, (_, row) => row)
      .filter((row) => learnt.some((column, place) => isGap(row, column, place)))
      .slice(0, shownFilled);
    const chosen = datasets.subset(data, places);
    const values = places.flatMap((row) => [...after.slice(row * width, (row + 1) * width)]);
    const numbers = { data: Float32Array.from(values), dims: [places.length, width] };
    const options = { ids: chosen.ids, known: keptCells(chosen) };
    const cells = textsOf(await this.rows(id, numbers, options));
    return places.map((row, i) => ({
      from: nameOf(chosen, i),
      cells: cells[i]!,
      filled: columns.map((each) => isLearnt(each) && isGap(row, each, learnt.indexOf(each))),
    }));
  }

  async file(
    id: string,
    values: Numbers,
    ending: Parameters<TableService['file']>[2],
    source?: RowSource,
  ) {
    const data = source && (await this.context.seen(id, source.data, source.part));
    const known = data && { ids: data.ids, known: keptCells(data) };
    const pieces: BlobPart[] = [];
    for await (const piece of tablePieces(await this.rows(id, values, known), ending)) {
      pieces.push(piece as BlobPart);
    }
    return new Uint8Array(await new Blob(pieces).arrayBuffer());
  }

  async quality(id: string, data: DataName, isOwn: boolean, target?: string) {
    const { vae, training } = this.context.model(id);
    const { test } = await this.context.loaded(data);
    const all = await this.context.seen(id, data, 'train');
    const { seed } = vae.config;
    const { validationSplit: share } = training;
    const isSplit = isOwn && !test && typeof share === 'number';
    const { train, validation } = isSplit
      ? datasets.split(all, share, seed)
      : { train: all, validation: undefined };
    const heldOut = test ? await this.context.seen(id, data, 'test') : validation;
    const synthetic = await vae.sample(train.size, { seed, ...this.drawnLabels(id, train) });
    const rows = await qualityRows({
      columns: this.columns(id),
      real: train,
      synthetic,
      ...(heldOut ? { heldOut } : {}),
    });
    const options = target === undefined ? { seed } : { target, seed };
    return { report: await measureQuality(rows, options), marginals: marginals(rows) };
  }

  /** Labels of draws for a model that sees labels: the data's labels, so that classes have their shares. */
  private drawnLabels(id: string, { labels, size }: Dataset) {
    const { vae } = this.context.model(id);
    if (vae.classes === undefined || !labels) return {};
    return { labels: Array.from({ length: size }, (_, i) => labels[i]!) };
  }

  private columns(id: string): readonly TableColumn[] {
    return this.context.model(id).vae.input.columns!;
  }

  private async chosen(id: string, { data, part }: RowSource, places: ArrayLike<number>) {
    return datasets.subset(await this.context.seen(id, data, part), places);
  }

  private rows(id: string, values: Numbers, options?: RowsOptions): Promise<TableRows> {
    return TableRows.of(this.columns(id), values.data as Float32Array, options);
  }

  /** The texts of rows of data, as they were where they were kept. */
  private async texts(id: string, data: Dataset): Promise<Cells> {
    const values = toNumbers(await datasets.readRange(data, 0, data.size));
    return textsOf(await this.rows(id, values, { ids: data.ids, known: keptCells(data) }));
  }

  private scored(id: string, data: Dataset, samples: number) {
    const { vae } = this.context.model(id);
    return vae.score(data, { samples, labels: vae.labelsOf(data) });
  }

  /** The nats of cells over their columns' usual ones; all 0 where the model has no bound. */
  private async oddness(id: string, source: RowSource, chosen: Dataset) {
    const columns = this.columns(id);
    const none = () => columns.map(() => 0);
    const { vae } = this.context.model(id);
    if (!vae.hasBound) {
      return Array.from({ length: chosen.size }, none);
    }
    const [usual, scores] = [
      await this.usualOf(id, source),
      await this.scored(id, chosen, markDraws),
    ];
    const learnt = columns.filter(isLearnt);
    return Array.from({ length: chosen.size }, (_, row) =>
      columns.map((column) => {
        const place = learnt.indexOf(column);
        const nats = place < 0 ? 0 : Number(scores.columns!.data[row * learnt.length + place]);
        return nats === 0 ? 0 : nats - usual[place]!;
      }),
    );
  }

  private usualOf(id: string, source: RowSource): Promise<readonly number[]> {
    const key = JSON.stringify([id, source]);
    const known = this.usual.get(key) ?? this.findUsual(id, source);
    this.usual.set(key, known);
    known.catch(() => this.usual.delete(key));
    return known;
  }

  private async findUsual(id: string, { data, part }: RowSource): Promise<readonly number[]> {
    const few = datasets.spread(await this.context.seen(id, data, part), usualRows);
    const { columns } = await this.scored(id, few, markDraws);
    return usualNats(columns);
  }
}

const textsOf = (rows: TableRows): string[][] =>
  Array.from({ length: rows.size }, (_, row) =>
    rows.columns.map((_, place) => rows.text(row, place)),
  );

/** The name of a row: its ids, or else its origin. */
function nameOf({ ids, origin }: Dataset, row: number): string {
  const names = ids?.map(({ text }) => text(row)).filter((text) => text !== '') ?? [];
  return names.length > 0 ? names.join(' ') : (origin?.(row) ?? `row ${row + 1}`);
}
