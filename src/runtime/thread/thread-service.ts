import type { Tensor } from 'onnxruntime-common';
import type { MicrobatchTerms, StepInputs } from '../microbatched/lane.js';
import type { PlainTensor, PlainTensors } from '../plain-tensor.js';
import type { PlacedRows } from '../rows/lane.node.js';
import type {
  InPlaceStep,
  MachineModel,
  MicrobatchedStep,
  Session,
  SessionOptions,
} from '../session.js';

/** A tensor that stays on its thread. */
export interface Kept {
  readonly id: number;
  readonly type: Tensor.Type;
  readonly dims: readonly number[];
  readonly finite: boolean;
}

/** A session that another thread holds. */
export interface OpenedSession {
  readonly id: number;
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
}

/** The questions that a thread may ask of another one, which computes. */
export interface ThreadService {
  /** Answered once the thread's mode is set. */
  ready(): void;
  open(model: Uint8Array, options: SessionOptions): Promise<OpenedSession>;
  /**
   * @param again ids of kept tensors, by the inputs that they are fed to
   * @param dropped kept tensors that are forgotten first
   */
  run(
    id: number,
    feeds: PlainTensors,
    again: Readonly<Record<string, number>>,
    dropped: readonly number[],
  ): Promise<Record<string, PlainTensor | Kept>>;
  /** The values of a kept tensor. */
  read(tensor: number): Tensor['data'];
  drop(tensors: readonly number[]): void;
  events(id: number): ReturnType<NonNullable<Session['events']>>;
  release(id: number): Promise<void>;
  /** Makes the thread a lane. @returns whether it takes denormal numbers as 0 */
  openLane(step: MicrobatchedStep | InPlaceStep): Promise<boolean>;
  work(inputs: StepInputs): Promise<readonly MicrobatchTerms[]>;
  /** Loads a model whose rows are computed here and elsewhere. @returns names it */
  openRows(model: MachineModel, threads: number): Promise<number>;
  computeRows(id: number, rows: PlacedRows): Promise<void>;
  closeRows(id: number): Promise<void>;
}
