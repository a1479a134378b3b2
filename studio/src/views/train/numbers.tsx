import { useSignal } from '@preact/signals';
import type { EpochMetrics } from '../../../../src/training/index.js';
import { said, t } from '../../language/language.js';
import { lossUnit } from '../../train/session.js';
import { tickText } from '../../ui/number.js';

const columns = [
  ['loss', said('Loss'), () => lossUnit.value],
  ['reconstruction', said('Reconstruction'), () => lossUnit.value],
  ['kl', said('KL'), () => t('nats')],
  ['val_loss', said('Validation'), () => lossUnit.value],
  ['beta', said('β'), () => ''],
  ['learning_rate', said('Learning rate'), () => ''],
  ['seconds', said('Time'), () => 's'],
] as const;

/** The same as numbers, for the keyboard and screen readers. */
export function Numbers({ lines }: { lines: readonly EpochMetrics[] }) {
  const opened = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        opened.value = event.currentTarget.open;
      }}
    >
      <summary>{t('All numbers')}</summary>
      {opened.value && <NumbersTable lines={lines} />}
    </details>
  );
}

function NumbersTable({ lines }: { lines: readonly EpochMetrics[] }) {
  const shown = columns.filter(([name]) => lines.some((line) => line[name] !== undefined));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label={t('Numbers of all epochs')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Epoch')}</th>
              {shown.map(([name, title, unit]) => (
                <th key={name} scope="col">
                  {t(title)}
                  {unit() && ` (${unit()})`}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.toReversed().map((line) => (
              <tr key={line.epoch}>
                <th scope="row">{line.epoch}</th>
                {shown.map(([name]) => (
                  <td key={name}>{cellOf(name, line[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

/** Settings as they are, measured numbers with two decimals. */
function cellOf(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  const isSetting = name === 'beta' || name === 'learning_rate';
  return isSetting ? tickText(value) : value.toFixed(2);
}
