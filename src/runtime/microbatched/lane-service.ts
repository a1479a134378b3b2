import type { MicrobatchedStep } from '../session.js';
import type { MicrobatchTerms, StepInputs } from './lane.js';

/** The questions that a page or worker may ask of a worker that is a lane. */
export interface LaneService {
  open(step: Pick<MicrobatchedStep, 'microbatch' | 'size' | 'share'>): Promise<void>;
  work(inputs: StepInputs): Promise<readonly MicrobatchTerms[]>;
}
