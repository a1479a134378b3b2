import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { decodeSafetensors } from '../../../../../src/data/codecs/safetensors.js';
import { isLearnt } from '../../../../../src/data/column.js';
import { t } from '../../../language/language.js';
import type { LayerOutputs } from '../../../model/api.js';
import { gridOf, nearestCodes } from '../../diagram/codes.js';
import { Diagram } from '../../diagram/diagram.js';
import type { Cell, DiagramModel, DiagramValues, NodeId } from '../../diagram/diagram-model.js';
import { standardNormal } from '../../diagram/noise.js';
import { type Exploration, rowOf, rowsOf } from '../exploration.js';
import { latest } from '../latest.js';

/** The open model as a diagram: the example that was picked, its latents, and the decoded example. */
export function NetworkPanel({ exploration }: { exploration: Exploration }) {
  const { info, run } = exploration;
  const model = useMemo((): DiagramModel => {
    const { tensors } = decodeSafetensors(run.parameters, `${run.name}/parameters.safetensors`);
    return { ...info, parameters: tensors };
  }, [exploration]);
  /** The example whose posterior z was drawn from last, with the noise. */
  const drawn = useSignal<{ index: number; epsilon: Float32Array; z: Float32Array } | undefined>(
    undefined,
  );
  const noise = useComputed(() =>
    drawn.value?.z === exploration.z.value ? drawn.value : undefined,
  );
  const encoded = useComputed(() => noise.value?.index ?? exploration.picked.value);
  const cells = useCells(exploration, encoded);
  const [data, index, decoded] = [exploration.data.value, encoded.value, exploration.decoded.value];
  const isRow = exploration.things === 'rows';
  const mean = data && index !== undefined ? asFloats(rowOf(data.mean, index)) : undefined;
  const logVariance =
    data && index !== undefined ? asFloats(rowOf(data.logVariance, index)) : undefined;
  const epsilon = noise.value?.epsilon ?? mean?.map(() => 0);
  const z = exploration.z.value;
  const layers = useLayers(exploration, encoded);
  const values: DiagramValues = {
    input: isRow
      ? cells.input.value
      : data && index !== undefined
        ? rowsOf(data.images, [index])
        : undefined,
    mean,
    logVariance,
    epsilon,
    z,
    codes:
      data?.codes && index !== undefined && mean?.every((value, i) => value === z[i])
        ? gridOf(rowOf(data.codes, index), exploration.latentShape)
        : nearestCodes(model, z, exploration.latentShape),
    layers: layers.outputs.value,
    output: isRow ? cells.output.value : decoded,
  };
  const draw = () => {
    if (!mean || !logVariance || index === undefined) return;
    const drawing = mean.map(standardNormal);
    const point = mean.map((value, i) => value + Math.exp(logVariance[i]! / 2) * drawing[i]!);
    exploration.standAt(point);
    drawn.value = { index, epsilon: drawing, z: point };
  };
  return (
    <>
      <p class="small">
        {exploration.hasMap
          ? t(
              'An example flows from left to right. Pick one on the map, or walk: the values follow.',
            )
          : t('An example flows from left to right.')}
      </p>
      {data && (
        <div class="row">
          <button type="button" onClick={() => exploration.pick(anyOf(data.places.length))}>
            {t('Another example')}
          </button>
        </div>
      )}
      <Diagram
        model={model}
        values={values}
        onOpen={layers.open}
        onDraw={mean && exploration.hasPosterior ? draw : undefined}
      />
    </>
  );
}

const anyOf = (count: number) => Math.floor(Math.random() * count);

const asFloats = (values: Float32Array | Uint8Array) => values as Float32Array;

/** The outputs of the layers of the part that is open. */
function useLayers(exploration: Exploration, encoded: { readonly value: number | undefined }) {
  const opened = useSignal<NodeId | undefined>(undefined);
  const outputs = useSignal<LayerOutputs | undefined>(undefined);
  const { service, id } = exploration;
  const read = useMemo(
    () =>
      latest(async (found: () => Promise<LayerOutputs>) => {
        try {
          outputs.value = await found();
        } catch (error) {
          exploration.problem.value = (error as Error).message;
        }
      }),
    [exploration],
  );
  useSignalEffect(() => {
    const [part, z] = [opened.value, exploration.z.value];
    const [data, index] = [exploration.data.value, encoded.value];
    if (part === 'decoder' && z) {
      const dims = [1, ...exploration.latentShape];
      read(() => service.decoderOutputs(id, { data: z, dims }, exploration.labels(1)));
    } else if (part !== 'decoder' && part !== undefined && data && index !== undefined) {
      const image = rowsOf(data.images, [index]);
      const label = exploration.info.classes === undefined ? undefined : data.labels?.[index];
      read(() => service.encoderOutputs(id, image, label === undefined ? undefined : [label]));
    }
  });
  const open = (id: NodeId | undefined) => {
    opened.value = id;
  };
  return { outputs, open };
}

/** The cells of the row that is encoded and of the row that is decoded, of models of tables. */
function useCells(exploration: Exploration, encoded: { readonly value: number | undefined }) {
  const input = useSignal<readonly Cell[] | undefined>(undefined);
  const output = useSignal<readonly Cell[] | undefined>(undefined);
  const named = (texts: readonly string[]): Cell[] =>
    exploration.table!.flatMap((column, i) =>
      isLearnt(column) ? [[column.name, texts[i] || t('missing')] as const] : [],
    );
  /** Reads texts for a signal, unless newer ones are asked for meanwhile. */
  const read = (target: typeof input, texts: () => Promise<readonly string[] | undefined>) => {
    let current = true;
    texts().then(
      (found) => {
        if (current) target.value = found && named(found);
      },
      (error: Error) => {
        if (current) exploration.problem.value = error.message;
      },
    );
    return () => {
      current = false;
    };
  };
  useSignalEffect(() => {
    const [data, index] = [exploration.data.value, encoded.value];
    if (!exploration.table || !data || index === undefined) {
      input.value = undefined;
      return;
    }
    const source = { data: data.info.data, part: data.part };
    const place = data.places[index]!;
    return read(input, async () => (await exploration.tables).row(exploration.id, source, place));
  });
  useSignalEffect(() => {
    const values = exploration.decoded.value;
    if (!exploration.table || !values) return;
    return read(
      output,
      async () => (await (await exploration.tables).cells(exploration.id, values))[0],
    );
  });
  return { input, output };
}
