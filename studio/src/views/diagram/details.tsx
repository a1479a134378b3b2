import { useSignal } from '@preact/signals';
import { t } from '../../language/language.js';
import { tickText } from '../../ui/number.js';
import { Pictures } from '../../ui/pictures.js';
import {
  columnsOf,
  type DiagramModel,
  type DiagramNode,
  type DiagramValues,
} from './diagram-model.js';
import { LayerOutput } from './layer-output.js';
import { layerText } from './layer-texts.js';
import { type Spread, spreadOf, weightPictures, weightsOf } from './weights.js';

/** The content of a node: an explanation, and its layers, which open in turn. */
export function NodeDetails({
  node,
  model,
  values,
}: {
  node: DiagramNode;
  model: DiagramModel;
  values: DiagramValues | undefined;
}) {
  const columns = node.id === 'input' || node.id === 'output' ? columnsOf(model) : undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: it holds no fields
    <div class="diagram-details stack-tight" role="group" aria-label={t(node.title)}>
      <p class="diagram-title">{t(node.title)}</p>
      <p>{t(node.text)}</p>
      {columns && (
        <ul class="diagram-columns small">
          {columns.map(({ name, kind, categories }) => (
            <li key={name}>
              <strong>{name}</strong> {t(kind)}
              {categories && ` (${categories.length})`}
            </li>
          ))}
        </ul>
      )}
      {node.layers.map((layer) => (
        <LayerDetails key={layer.name} layer={layer} model={model} values={values} />
      ))}
    </div>
  );
}

function LayerDetails({
  layer: { name, type, outputShape, parameters },
  model,
  values,
}: {
  layer: DiagramNode['layers'][number];
  model: DiagramModel;
  values: DiagramValues | undefined;
}) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        <code>{name}</code> {type} → {outputShape.join(' × ')}
        {', '}
        {t('parameters: {count}', { count: parameters })}
      </summary>
      {isOpen.value && (
        <div class="stack-tight diagram-layer">
          <p class="small">{layerText(type)}</p>
          {model.parameters &&
            weightsOf(model.parameters, name).map(([path, tensor]) => {
              const pictures = weightPictures(model, name, tensor);
              return (
                <figure key={path} class="stack-tight">
                  <figcaption class="small soft">
                    <code>{path}</code> {tensor.dims.join(' × ')}
                  </figcaption>
                  <Histogram spread={spreadOf(tensor.data as Float32Array)} />
                  {pictures && (
                    <Pictures
                      images={pictures}
                      columns={8}
                      gap={1}
                      label={t(
                        'Weights of the first units as pictures: light adds, dark takes away.',
                      )}
                    />
                  )}
                </figure>
              );
            })}
          {values?.layers?.[name] && <LayerOutput output={values.layers[name]} />}
        </div>
      )}
    </details>
  );
}

function Histogram({ spread: { bins, mean, deviation, reach } }: { spread: Spread }) {
  const most = Math.max(...bins);
  const rounded = (value: number) => tickText(Number(value.toPrecision(2)));
  return (
    <>
      <svg
        class="diagram-histogram"
        viewBox={`0 0 ${bins.length} 20`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {bins.map((count, i) => {
          const height = (20 * count) / most;
          return <rect key={i} x={i + 0.1} width={0.8} y={20 - height} height={height} />;
        })}
      </svg>
      <span class="small number">
        {t('Weights from −{reach} to {reach}: mean {mean}, standard deviation {deviation}.', {
          reach: rounded(reach),
          mean: rounded(mean),
          deviation: rounded(deviation),
        })}
      </span>
    </>
  );
}
