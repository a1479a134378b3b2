import onnxProto, { type onnx } from 'onnx-proto';
import { expect } from 'vitest';
import {
  input,
  type LoopProgram,
  type Program,
  toLoopModel,
  toModel,
} from '../../../src/graph/index.js';

export const decode = (model: Uint8Array) => onnxProto.onnx.ModelProto.decode(model);

export const graphOf = (program: Program) => decode(toModel(program)).graph as onnx.GraphProto;

export const types = (graph: onnx.IGraphProto) => (graph.node ?? []).map((node) => node.opType);

/** A loop's main graph and the graph of its body. */
export function loopOf(program: LoopProgram) {
  const main = decode(toLoopModel(program)).graph as onnx.GraphProto;
  const loop = main.node.find((node) => node.opType === 'Scan')!;
  return { main, body: loop.attribute!.find((one) => one.name === 'body')!.g as onnx.GraphProto };
}

/** Every name that a graph or its subgraphs define. */
function defined(graph: onnx.IGraphProto): string[] {
  return [
    ...graph.input!.map(({ name }) => name!),
    ...graph.initializer!.map(({ name }) => name!),
    ...graph.node!.flatMap(({ output, attribute }) => [
      ...output!,
      ...attribute!.flatMap(({ g }) => (g ? defined(g) : [])),
    ]),
  ];
}

/** Checks that names are defined once, and before they are used. */
export function expectWellNamed(graph: onnx.IGraphProto, outer: readonly string[] = []): void {
  const all = defined(graph);
  expect(new Set(all).size).toBe(all.length);
  const known = new Set([
    ...outer,
    ...graph.input!.map(({ name }) => name!),
    ...graph.initializer!.map(({ name }) => name!),
  ]);
  for (const { input: needed, output, attribute } of graph.node!) {
    for (const name of needed!) expect(name === '' || known.has(name), name).toBe(true);
    for (const { g } of attribute!) if (g) expectWellNamed(g, [...known]);
    for (const name of output!) known.add(name);
  }
  const outputs = graph.output!.map(({ name }) => name!);
  expect(new Set(outputs).size).toBe(outputs.length);
  const own = new Set(graph.node!.flatMap(({ output }) => output!));
  for (const name of outputs) expect(own.has(name), name).toBe(true);
  const nodes = graph.node!.map(({ name }) => name);
  expect(new Set(nodes).size).toBe(nodes.length);
}

/** Checks that each node and initializer leads to an output. */
export function expectAlive(graph: onnx.IGraphProto): void {
  const needed = (one: onnx.IGraphProto): string[] => [
    ...one.output!.map(({ name }) => name!),
    ...one.node!.flatMap((node) => [
      ...node.input!,
      ...node.attribute!.flatMap(({ g }) => (g ? needed(g) : [])),
    ]),
  ];
  const used = new Set(needed(graph));
  const walk = (one: onnx.IGraphProto) => {
    for (const { name } of one.initializer!) expect(used.has(name!), name!).toBe(true);
    for (const { output, attribute } of one.node!) {
      expect(
        output!.some((name) => used.has(name)),
        output!.join(),
      ).toBe(true);
      for (const { g } of attribute!) if (g) walk(g);
    }
  };
  walk(graph);
}

export const x = input('x', ['batch', 3]);
export const w = input('w', [3, 2]);
