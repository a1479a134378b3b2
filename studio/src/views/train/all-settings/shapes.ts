import { createContext } from 'preact';
import type { SummaryRow } from '../../../../../src/vae/model/summary.js';

/** The layers of the planned model by their paths: the shape of each one's output, and its parameters. */
export const ShapesOfLayers = createContext<ReadonlyMap<string, SummaryRow> | undefined>(undefined);
