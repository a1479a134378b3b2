import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { counted, t } from '../../language/language.js';
import { NodeDetails } from './details.js';
import './diagram.css';
import {
  type DiagramModel,
  type DiagramNode,
  type DiagramValues,
  type NodeId,
  nodesOf,
} from './diagram-model.js';
import { NodePicture } from './node-picture.js';

/** Values that the page keeps at hand to change: noise that is drawn anew. */
export interface DiagramActions {
  /** Draws ε anew; absent where there is no posterior to draw from. */
  readonly onDraw?: (() => void) | undefined;
  /** Told of the part that is open, so that its layers' values are there. */
  readonly onOpen?: ((id: NodeId | undefined) => void) | undefined;
}

/**
 * A model in the order of its work, from an example to its reconstruction, with the values that are there
 * now. Each part opens: its layers, their shapes, parameters and weights.
 */
export function Diagram({
  model,
  values,
  onDraw,
  onOpen,
}: {
  readonly model: DiagramModel;
  /** Left out where the model is only planned. */
  readonly values?: DiagramValues;
} & DiagramActions) {
  const opened = useSignal<NodeId | undefined>(undefined);
  const id = useId();
  const nodes = nodesOf(model);
  const shown = nodes.find((node) => node.id === opened.value);
  return (
    <figure class="diagram stack-tight" aria-label={t('The network as a diagram')}>
      <ol class="diagram-nodes">
        {nodes.map((node) => (
          <li key={node.id} data-node={node.id}>
            <button
              type="button"
              aria-expanded={node.id === opened.value}
              aria-controls={`${id}-details`}
              onClick={() => {
                opened.value = node.id === opened.value ? undefined : node.id;
                onOpen?.(opened.value);
              }}
            >
              <span class="diagram-title">{t(node.title)}</span>
              <NodePicture node={node} model={model} values={values} />
              <span class="soft small">{sizeInWords(node, model)}</span>
            </button>
            {node.id === 'epsilon' && onDraw && (
              <button type="button" class="quiet small" data-tour="epsilon" onClick={onDraw}>
                {t('Draw ε anew')}
              </button>
            )}
          </li>
        ))}
      </ol>
      <div id={`${id}-details`}>
        {shown && <NodeDetails key={shown.id} node={shown} model={model} values={values} />}
      </div>
      <figcaption class="soft small">
        {t('{parameters} parameters in all. Open a part to see its layers.', {
          parameters: model.summary.parameters,
        })}
      </figcaption>
    </figure>
  );
}

/** The size of a node in a few words. */
function sizeInWords(
  { id, layers }: DiagramNode,
  { config, summary, parameters }: DiagramModel,
): string {
  if (id === 'input' || id === 'output') {
    const columns = config.example?.columns;
    if (columns) return counted(columns.length, { one: '{n} column', other: '{n} columns' });
    return config.input.join(' × ');
  }
  if (id === 'encoder' || id === 'decoder') {
    return counted(layers.length, { one: '{n} layer', other: '{n} layers' });
  }
  if (id === 'codes') {
    const [, ...positions] = summary.rows.find(({ name }) => name === 'quantizer')!.outputShape;
    const depth = parameters?.['quantizer.count']?.dims.slice(0, -1) ?? [];
    return [...depth, ...positions].join(' × ');
  }
  return counted(config.latent, { one: '{n} latent', other: '{n} latents' });
}
