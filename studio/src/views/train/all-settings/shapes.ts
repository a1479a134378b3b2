import { createContext } from 'preact';
import type { SummaryRow } from '../../../../../src/vae/model/summary.js';

/** The layers of the planned model by their paths: what each gives, and its parameters. */
export const ShapesOfLayers = createContext<ReadonlyMap<string, SummaryRow> | undefined>(undefined);
