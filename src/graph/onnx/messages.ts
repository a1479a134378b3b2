import onnxProto, { type onnx } from '#onnx-proto';
import { operatorDomain } from '../../runtime/machine/plan.js';
import { dtypeCodes } from '../operators/index.js';
import type { Program } from '../program.js';
import { type Attribute, type DType, type Numbers, type Shape, staticShape } from '../value.js';

export type { onnx };

/** Versions of ONNX's file format and of its operators. */
const irVersion = 9;
const opset = 18;

const { AttributeProto, ModelProto } = onnxProto.onnx;
const { AttributeType } = AttributeProto;

/** An attribute of a node: a plain value, or the body of a loop. */
export function attribute(name: string, value: Attribute | onnx.IGraphProto): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, i: value, type: AttributeType.INT };
  if (typeof value === 'string') {
    return { name, s: new TextEncoder().encode(value), type: AttributeType.STRING };
  }
  if (Array.isArray(value)) return { name, ints: [...value], type: AttributeType.INTS };
  if ('float' in value) return { name, f: value.float, type: AttributeType.FLOAT };
  return { name, g: value as onnx.IGraphProto, type: AttributeType.GRAPH };
}

/** The name and type of an input or output of a graph. */
export function valueInfo(name: string, dtype: DType, shape: Shape): onnx.IValueInfoProto {
  const dim = shape.map((dimension) =>
    typeof dimension === 'string' ? { dimParam: dimension } : { dimValue: dimension },
  );
  return { name, type: { tensorType: { elemType: dtypeCodes[dtype], shape: { dim } } } };
}

/** The bytes of numbers, where they lie. */
export function bytesOf(numbers: Numbers): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A constant of a graph. */
export function initializer(
  name: string,
  dtype: DType,
  shape: Shape,
  numbers: Numbers,
): onnx.ITensorProto {
  const dims = staticShape(shape, 'A constant');
  return { name, dims, dataType: dtypeCodes[dtype], rawData: bytesOf(numbers) };
}

/** The version of operators in machine code, where a graph has some. */
function ownDomain({ node = [] }: onnx.IGraphProto): onnx.IOperatorSetIdProto[] {
  const hasSome = node?.some(({ domain }) => domain === operatorDomain);
  return hasSome ? [{ domain: operatorDomain, version: 1 }] : [];
}

/** A graph as the bytes of a model. */
export function encodeModel(
  graph: onnx.IGraphProto,
  metadata: Program['metadata'] = {},
): Uint8Array {
  return ModelProto.encode({
    irVersion,
    opsetImport: [{ domain: '', version: opset }, ...ownDomain(graph)],
    producerName: 'vaekit',
    graph,
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }).finish();
}
