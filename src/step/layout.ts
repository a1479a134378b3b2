import type { Tensor } from 'onnxruntime-common';
import { UserError } from '../base/errors.js';
import { elementCount } from '../base/shape.js';
import { input, type Value } from '../graph/index.js';
import { keyText, mainPlayer } from './keys.js';
import type { ParameterSpec, Player } from './model.js';
import { Packing } from './packing.js';
import { averageKind, type Stage } from './stages/index.js';

/** Tensors by the names of a program's inputs. */
export type Feeds = Record<string, Tensor>;

/** The kind of the parameters themselves. */
const parametersKind = 'parameters';

/** The kind of tensors that layers keep themselves, such as running means. */
const layerKind = 'state';

/** A kind of tensors that are there once for each parameter of a player. */
export interface Memory {
  readonly kind: string;
  readonly slot: string;
}

const parametersMemory: Memory = { kind: parametersKind, slot: '' };

/** The memories of a player's stages. */
function memoriesOf(stages: readonly Stage[]): Memory[] {
  return stages.flatMap(({ kind, slots }) => slots.map((slot) => ({ kind, slot })));
}

/** A player's parameters and where they lie. */
class PlayerLayout {
  readonly packing: Packing;

  constructor(
    readonly name: string,
    readonly specs: readonly ParameterSpec[],
    readonly stages: readonly Stage[],
  ) {
    this.packing = new Packing(specs);
  }

  /** Names of a memory's tensors in the program, a group each. */
  names({ kind, slot }: Memory): string[] {
    const { groups } = this.packing;
    return groups.map((group) => keyText({ player: this.name, kind, slot, parameter: group.name }));
  }

  /** Inputs of the program that hold a memory, a group each. */
  inputs(memory: Memory): Value[] {
    const names = this.names(memory);
    return this.packing.groups.map(({ shape }, g) => input(names[g]!, shape));
  }

  /** Tensors of the groups as feeds. */
  feeds(memory: Memory, tensors: readonly Tensor[]): Feeds {
    return Object.fromEntries(this.names(memory).map((name, g) => [name, tensors[g]!]));
  }

  /** A memory of a state, by parameter. */
  read(memory: Memory, state: Feeds): Record<string, Tensor> {
    return this.packing.unpack(this.names(memory).map((name) => state[name]!));
  }

  /** All memories: the parameters, then the stages' own. */
  get memories(): Memory[] {
    return [parametersMemory, ...memoriesOf(this.stages)];
  }
}

/**
 * The players among whom a model's parameters are shared out; each has at least one.
 * @throws UserError when a player owns no parameter
 */
function shareOut(
  specs: readonly ParameterSpec[],
  players: readonly Player[],
  stagesOf: (player: Player) => readonly Stage[],
): PlayerLayout[] {
  const isIn = (name: string) => (path: string) => name === path || name.startsWith(`${path}.`);
  const ownerOf = ({ name }: ParameterSpec) =>
    players.find(({ owns }) => owns?.some(isIn(name)))?.name ?? mainPlayer;
  return players.map((player) => {
    const own = specs.filter((spec) => spec.trained && ownerOf(spec) === player.name);
    if (own.length === 0 && player.name !== mainPlayer) {
      throw new UserError(
        `The player ${player.name} owns ${player.owns?.join(', ') || 'no path'}, where no parameter is. Name the path of a network that the objective has.`,
      );
    }
    return new PlayerLayout(player.name, own, stagesOf(player));
  });
}

/**
 * Lays out a step's state in its program, and names it outside of it: the parameters of each
 * player, the memories of its update, and the tensors that layers keep themselves.
 */
export class Layout {
  readonly players: readonly PlayerLayout[];
  private readonly layerSpecs: readonly ParameterSpec[];

  /** @param stagesOf the stages of a player's update; none where nothing is trained */
  constructor(
    specs: readonly ParameterSpec[],
    players: readonly Player[] = [{ name: mainPlayer }],
    stagesOf: (player: Player) => readonly Stage[] = () => [],
  ) {
    this.players = shareOut(specs, players, stagesOf);
    this.layerSpecs = specs.filter(({ trained }) => !trained);
  }

  /** The number of trained parameters, counted by element. */
  get size(): number {
    return this.players.reduce((sum, { packing }) => sum + packing.size, 0);
  }

  /** The same of all of the model's tensors, also of tensors that layers keep themselves. */
  get modelSize(): number {
    return this.layerSpecs.reduce((sum, { shape }) => sum + elementCount(shape), this.size);
  }

  private layerName(parameter: string): string {
    return keyText({ player: mainPlayer, kind: layerKind, slot: '', parameter });
  }

  /** Inputs for the parameters, by player: a value a group. */
  parameterInputs(): Value[][] {
    return this.players.map((player) => player.inputs(parametersMemory));
  }

  /** The parameters by name, inside of the values that `parameterInputs` gives. */
  unpackValues(values: readonly (readonly Value[])[]): Map<string, Value> {
    return new Map(this.players.flatMap(({ packing }, p) => [...packing.unpackValues(values[p]!)]));
  }

  /** Inputs for the tensors that layers keep themselves, by name. */
  layerInputs(): Map<string, Value> {
    return new Map(
      this.layerSpecs.map(({ name, shape }) => [name, input(this.layerName(name), shape)]),
    );
  }

  /** A model's tensors as feeds. @param tensors by parameter name */
  modelFeeds(tensors: Readonly<Record<string, Tensor>>): Feeds {
    return {
      ...this.memoryFeeds(parametersMemory, tensors),
      ...this.layerFeeds((name) => tensors[name]!),
    };
  }

  private memoryFeeds(memory: Memory, tensors: Readonly<Record<string, Tensor>>): Feeds {
    const each = this.players.map((player) => player.feeds(memory, player.packing.pack(tensors)));
    return Object.assign({}, ...each);
  }

  private layerFeeds(tensorOf: (name: string) => Tensor): Feeds {
    return Object.fromEntries(
      this.layerSpecs.map(({ name }) => [this.layerName(name), tensorOf(name)]),
    );
  }

  /** The state before the first step. @param tensors the model's, by name */
  initialState(tensors: Readonly<Record<string, Tensor>>): Feeds {
    const memories = this.players.flatMap((player) =>
      player.stages.flatMap(({ kind, slots, startsAs }) =>
        slots.map((slot) => {
          const { packing } = player;
          const held = startsAs === 'parameters' ? packing.pack(tensors) : packing.zeros();
          return player.feeds({ kind, slot }, held);
        }),
      ),
    );
    return Object.assign(this.modelFeeds(tensors), ...memories);
  }

  /** A state whose memories of one kind are empty again. */
  cleared(state: Feeds, kind: string): Feeds {
    const empty = this.players.flatMap((player) =>
      player.memories
        .filter((memory) => memory.kind === kind)
        .map((memory) => player.feeds(memory, player.packing.zeros())),
    );
    return Object.assign({ ...state }, ...empty);
  }

  /** A model's tensors by parameter name, of a state. */
  modelOf(state: Feeds): Record<string, Tensor> {
    return this.tensorsOf(state, () => parametersMemory);
  }

  /** A model's tensors by name, with averages in the place of parameters where these are kept. */
  averagedModel(state: Feeds): Record<string, Tensor> {
    return this.tensorsOf(
      state,
      ({ memories }) => memories.find(({ kind }) => kind === averageKind) ?? parametersMemory,
    );
  }

  private tensorsOf(
    state: Feeds,
    memoryOf: (player: PlayerLayout) => Memory,
  ): Record<string, Tensor> {
    return Object.assign(
      {},
      ...this.players.map((player) => player.read(memoryOf(player), state)),
      ...this.layerSpecs.map(({ name }) => ({ [name]: state[this.layerName(name)]! })),
    );
  }

  /** The same as feeds; no tensor is copied. */
  averagedFeeds(state: Feeds): Feeds {
    const kept = this.players.map((player) => {
      const averages = player.memories.find(({ kind }) => kind === averageKind);
      const names = player.names(averages ?? parametersMemory);
      return player.feeds(
        parametersMemory,
        names.map((name) => state[name]!),
      );
    });
    return Object.assign(
      {},
      ...kept,
      this.layerFeeds((name) => state[this.layerName(name)]!),
    );
  }

  /** The whole state by the text of its keys, each tensor a parameter's: as checkpoints keep it. */
  nameState(state: Feeds): Record<string, Tensor> {
    const named: Record<string, Tensor> = {};
    for (const player of this.players) {
      for (const memory of player.memories) {
        for (const [parameter, tensor] of Object.entries(player.read(memory, state))) {
          named[keyText({ player: player.name, ...memory, parameter })] = tensor;
        }
      }
    }
    return { ...named, ...this.layerFeeds((name) => state[this.layerName(name)]!) };
  }

  /**
   * The reverse of `nameState`.
   * @throws UserError when a tensor is missing or of another shape
   */
  readState(named: Readonly<Record<string, Tensor>>): Feeds {
    const state: Feeds = {};
    for (const player of this.players) {
      for (const memory of player.memories) {
        const tensors = player.specs.map(({ name, shape }) => {
          const key = keyText({ player: player.name, ...memory, parameter: name });
          return [name, requireTensor(named, key, shape)];
        });
        const packed = player.packing.pack(Object.fromEntries(tensors));
        Object.assign(state, player.feeds(memory, packed));
      }
    }
    for (const { name, shape } of this.layerSpecs) {
      const key = this.layerName(name);
      state[key] = requireTensor(named, key, shape);
    }
    return state;
  }

  /** The first parameter for which something is not as it should be, of a state. */
  findParameter(state: Feeds, isWrong: (tensor: Tensor) => boolean): string | undefined {
    for (const player of this.players) {
      for (const memory of player.memories) {
        const tensors = Object.entries(player.read(memory, state));
        const found = tensors.find(([, tensor]) => isWrong(tensor));
        if (found) return found[0];
      }
    }
    return this.layerSpecs.find(({ name }) => isWrong(state[this.layerName(name)]!))?.name;
  }
}

/** @throws UserError when a checkpoint's tensor is missing or of another shape */
function requireTensor(
  named: Readonly<Record<string, Tensor>>,
  key: string,
  shape: readonly number[],
): Tensor {
  const found = named[key];
  if (found?.type === 'float32' && found.dims.join() === shape.join()) return found;
  const is = found ? `${found.type} [${found.dims.join(', ')}]` : 'missing';
  throw new UserError(
    `The checkpoint's ${key} is ${is}, but the model needs float32 [${shape.join(', ')}]. Resume with the model that it was made with.`,
  );
}
