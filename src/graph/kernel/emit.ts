import { halvesOf } from '../microbatch/sums.js';
import type { Value } from '../value.js';
import type { Node } from './expression.js';
import { type Bytes, forEachVector, once, vector } from './wasm.js';

/** A node whose numbers are put at an address. */
export interface Target {
  readonly node: Node;
  readonly address: number;
}

/** Tells where a leaf lies: in several pieces, it is the sum of these, as `sumOf` gives it. */
export type PlaceOf = (leaf: Value) => readonly number[];

/** The nodes that a node is made of, itself at the end. */
function* nodesIn(node: Node, seen: Set<Node>): Generator<Node> {
  if (seen.has(node)) return;
  seen.add(node);
  if (node.kind === 'operator') for (const each of node.inputs) yield* nodesIn(each, seen);
  yield node;
}

/** The nodes that targets are made of, each once and after all that it needs. */
export function allNodes(targets: readonly Pick<Target, 'node'>[]): Node[] {
  const seen = new Set<Node>();
  return targets.flatMap(({ node }) => [...nodesIn(node, seen)]);
}

/** Addresses of the arrays that a target reads and writes. */
function touched(target: Target, placeOf: PlaceOf): number[] {
  const read = allNodes([target]).flatMap((node) =>
    node.kind === 'leaf' && node.count > 1 ? placeOf(node.value) : [],
  );
  return [...read, target.address];
}

/** Targets in groups that share no array, read or written: one loop goes through the arrays of each. */
function groupsOf(targets: readonly Target[], placeOf: PlaceOf): Target[][] {
  let groups: { readonly arrays: ReadonlySet<number>; readonly targets: Target[] }[] = [];
  for (const target of targets) {
    const own = touched(target, placeOf);
    const [near, far] = [true, false].map((side) =>
      groups.filter(({ arrays }) => own.some((address) => arrays.has(address)) === side),
    );
    const joined = {
      arrays: new Set([...near!.flatMap(({ arrays }) => [...arrays]), ...own]),
      targets: [...near!.flatMap((group) => group.targets), target],
    };
    groups = [...far!, joined];
  }
  return groups.map((group) => group.targets);
}

/** The code of a kernel, and how many local variables it uses. */
export interface Emitted {
  readonly code: Bytes;
  readonly vectors: number;
}

/** Code that computes nodes into local variables. */
class Emitter {
  private readonly locals = new Map<Node, number>();
  private most = 0;

  constructor(private readonly placeOf: PlaceOf) {}

  /** Code for nodes, each after all that it needs. */
  nodes(nodes: readonly Node[]): Bytes {
    return nodes.flatMap((node) => {
      const code = this.codeOf(node);
      this.locals.set(node, this.locals.size + 1);
      this.most = Math.max(this.most, this.locals.size);
      return [...code, ...vector.set(this.locals.size)];
    });
  }

  private codeOf(node: Node): Bytes {
    if (node.kind === 'number') return vector.number(node.value);
    if (node.kind === 'operator') return node.code(node.inputs.map((each) => this.read(each)));
    const load = node.count === 1 ? vector.loadNumber : vector.load;
    const pieces = this.placeOf(node.value).map(load);
    if (pieces.length === 1) return pieces[0]!;
    const sums = halvesOf(pieces).flatMap((half) => [
      ...vector.number(0),
      ...half.flatMap((code) => [...code, ...vector.add]),
    ]);
    return [...sums, ...vector.add];
  }

  read(node: Node): Bytes {
    return vector.get(this.locals.get(node)!);
  }

  store({ node, address }: Target): Bytes {
    return vector.store(address, this.read(node));
  }

  /** The variables of nodes may be used again. */
  forget(nodes: readonly Node[]): void {
    for (const node of nodes) this.locals.delete(node);
  }

  get vectors(): number {
    return this.most;
  }
}

/**
 * Code that computes targets. All numbers of an index are read before one is written, and single numbers before
 * all others, so that targets may lie where leaves do.
 */
export function emit(targets: readonly Target[], placeOf: PlaceOf): Emitted {
  const emitter = new Emitter(placeOf);
  const isSingle = ({ count }: Node) => count === 1;
  const numbers = emitter.nodes(allNodes(targets).filter(isSingle));
  const loops = groupsOf(
    targets.filter(({ node }) => !isSingle(node)),
    placeOf,
  ).map((group) => {
    const nodes = allNodes(group).filter((node) => !isSingle(node));
    const code = [...emitter.nodes(nodes), ...group.flatMap((target) => emitter.store(target))];
    emitter.forget(nodes);
    return forEachVector(4 * group[0]!.node.count, code);
  });
  const single = targets.filter(({ node }) => isSingle(node));
  const code = [
    ...numbers,
    ...loops.flat(),
    ...once(single.flatMap((target) => emitter.store(target))),
  ];
  return { code, vectors: emitter.vectors };
}
