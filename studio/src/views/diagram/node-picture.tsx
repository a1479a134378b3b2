import type { ComponentChildren } from 'preact';
import { t } from '../../language/language.js';
import { Pictures } from '../../ui/pictures.js';
import { CodeGrid } from './code-grid.js';
import type { Cell, DiagramModel, DiagramNode, DiagramValues } from './diagram-model.js';
import { LatentBars } from './latent-bars.js';

/** The value of a node now, drawn small. */
export function NodePicture({
  node: { id, layers },
  model,
  values,
}: {
  node: DiagramNode;
  model: DiagramModel;
  values: DiagramValues | undefined;
}): ComponentChildren {
  if (id === 'encoder' || id === 'decoder') return <Stack layers={layers} />;
  if (!values) return null;
  switch (id) {
    case 'input':
      return <Example example={values.input} label={t('The example that is encoded')} />;
    case 'output':
      return <Example example={values.output} label={t('The decoded example')} />;
    case 'posterior':
      return <LatentBars name="μ" values={values.mean} logVariance={values.logVariance} />;
    case 'epsilon':
      return <LatentBars name="ε" values={values.epsilon} />;
    case 'z':
      return <LatentBars name="z" values={values.z} />;
    case 'codes':
      return <CodeGrid codes={values.codes} count={codeCount(model)} />;
  }
}

/** Counts the codes of a codebook. */
const codeCount = ({ parameters }: DiagramModel): number =>
  parameters?.['quantizer.count']?.dims.at(-1) ?? 1;

/** Cells of a row that are shown. */
const fewCells = 4;

function Example({ example, label }: { example: DiagramValues['input']; label: string }) {
  if (!example) return <span class="diagram-nothing soft small">{t('none chosen')}</span>;
  if ('dims' in example) return <Pictures images={example} label={label} />;
  return (
    <span class="diagram-cells small">
      {example.slice(0, fewCells).map(([name, value]: Cell) => (
        <span key={name}>
          {name}: <strong>{value}</strong>
        </span>
      ))}
      {example.length > fewCells && <span>…</span>}
    </span>
  );
}

/** The layers as bars, the taller the more values a layer has. */
function Stack({ layers }: { layers: DiagramNode['layers'] }) {
  const sizes = layers.map(({ outputShape }) =>
    outputShape.reduce<number>((product, size) => product * (Number(size) || 1), 1),
  );
  const most = Math.log2(Math.max(2, ...sizes) + 1);
  const width = Math.min(14, 90 / layers.length - 3);
  const left = (100 - layers.length * (width + 3) + 3) / 2;
  return (
    <svg class="diagram-stack" viewBox="0 0 100 80" aria-hidden="true">
      {sizes.map((size, i) => {
        const height = 8 + (68 * Math.log2(size + 1)) / most;
        return (
          <rect
            key={layers[i]!.name}
            x={left + i * (width + 3)}
            y={(80 - height) / 2}
            width={width}
            height={height}
            rx={2}
          />
        );
      })}
    </svg>
  );
}
