import type { ComponentChildren } from 'preact';
import { dataEntry } from '../../data/store.js';
import { amount, t } from '../../language/language.js';
import { rich } from '../../language/rich.js';
import { formFields, termOf } from '../../train/fields.js';
import { ExportButton } from '../../ui/export/export-button.js';
import { csvFile } from '../../ui/export/picture-exports.js';
import { nats, numberText, tickText } from '../../ui/number.js';
import { Term } from '../../ui/term.js';
import { type Compared, scoredImages } from './comparison.js';
import { colourOf } from './curves-of-runs.js';
import { betaOf, type Difference, differences } from './differences.js';
import { JudgeButton, type Judging } from './judge-button.js';
import { judgedRows } from './judged-rows.js';

const metrics = [
  ['loss', 'loss'],
  ['reconstruction', 'reconstruction'],
  ['kl', 'kl'],
] as const;

/** A row of the table: a value of each run. */
interface Row {
  readonly key: string;
  readonly title: ComponentChildren;
  readonly values: readonly string[];
}

const last = ({ run }: Compared) => run?.metrics.at(-1);

const unitOf = ({ info }: Compared) => (info?.isInNats ? nats : '');

/** A number with its unit, or a dash where there is none. */
const valueText = (value: unknown, unit = ''): string =>
  typeof value === 'number' ? `${numberText(value)}${unit}` : '–';

/** Objective and likelihood by the names that config files have for them. */
function objectiveOf({ info }: Compared): string {
  const { objective, likelihood } = (info?.config ?? {}) as {
    objective?: { type?: string };
    likelihood?: string | { type?: string };
  };
  const name = typeof likelihood === 'object' ? likelihood.type : likelihood;
  return `${objective?.type ?? 'vae'}, ${name ?? 'bernoulli'}`;
}

/** The rows that are there for all runs. */
function usualRows(runs: readonly Compared[]): readonly Row[] {
  const validation = <Term name="validation">{t('validation')}</Term>;
  return [
    {
      key: 'elbo',
      title: rich('{elbo} of {n} examples', {
        elbo: <Term name="elbo" />,
        n: amount(scoredImages),
      }),
      values: runs.map(({ elbo }) => valueText(elbo, nats)),
    },
    ...metrics.map(([name, term]) => ({
      key: `val_${name}`,
      title: rich('{value}, {validation}', { value: <Term name={term} />, validation }),
      values: runs.map((each) => valueText(last(each)?.[`val_${name}`], unitOf(each))),
    })),
    {
      key: 'loss',
      title: rich('{value}, training', { value: <Term name="loss" /> }),
      values: runs.map((each) => valueText(last(each)?.loss, unitOf(each))),
    },
    {
      key: 'epochs',
      title: <Term name="epoch">{t('Epochs')}</Term>,
      values: runs.map((each) => valueText(last(each)?.epoch)),
    },
    {
      key: 'beta',
      title: <Term name={optionOf('model.objective.beta')!} />,
      values: runs.map((each) => {
        const beta = betaOf(each.run!.config, last(each));
        return beta === undefined ? '–' : tickText(beta);
      }),
    },
    {
      key: 'latent',
      title: <Term name="latent" />,
      values: runs.map(({ info }) => valueText(info?.config.latent)),
    },
    {
      key: 'parameters',
      title: <Term name="parameters" />,
      values: runs.map(({ info }) => (info ? amount(info.summary.parameters) : '–')),
    },
    {
      key: 'objective',
      title: rich('Objective, {likelihood}', {
        likelihood: <Term name="likelihood">{t('likelihood')}</Term>,
      }),
      values: runs.map(objectiveOf),
    },
  ];
}

/** The word and the explanation of a setting that the form shows. */
function optionOf(path: string) {
  const field = formFields.find((each) => each.path === path || each.path === `${path}.initial`);
  return field && termOf(field);
}

function differenceRow({ path, values }: Difference): Row {
  const option = optionOf(path);
  const isData = path === 'training.data';
  return {
    key: path,
    title: option ? <Term name={option} /> : <code>{path.replace(/^(model|training)\./, '')}</code>,
    values: isData ? values.map((name) => dataEntry(name)?.title ?? name) : values,
  };
}

/** The table as cells, with the names that metrics and settings have in files. */
function cellsOf(runs: readonly Compared[]): string[][] {
  const configs = runs.map(({ run }) => run!.config);
  const rows = [
    ...usualRows(runs).map(({ key, values }) => ({ path: key, values })),
    ...judgedRows(runs).map(({ name, values }) => ({ path: `judge.${name}`, values })),
    ...differences(configs),
  ];
  return [
    ['', ...runs.map(({ run }) => run!.name)],
    ...rows.map(({ path, values }) => [
      path,
      ...values.map((value) => value.replace(nats, '').replace('−', '-').replace(/^–$/, '')),
    ]),
  ];
}

/**
 * Shows the results of each run and the settings in which they differ, a column a run.
 * @param isWhole whether all runs are opened and measured
 * @param judge judges a run; undefined while other work is under way, or where it cannot be done
 */
export function NumbersOfRuns({
  runs,
  isWhole,
  judge,
}: {
  runs: readonly Compared[];
  isWhole: boolean;
  judge: Judging | undefined;
}) {
  const judged = judgedRows(runs).map(({ name, ...row }) => ({ key: `judge.${name}`, ...row }));
  const different = differences(runs.map(({ run }) => run!.config)).map(differenceRow);
  return (
    <section class="panel stack" aria-labelledby="numbers">
      <h2 id="numbers">{t('Numbers')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label={t('Numbers of the runs')}>
        <table class="compare-table number">
          <thead>
            <tr>
              <td />
              {runs.map(({ id, run }, i) => (
                <th key={id} scope="col">
                  <span class="swatch" style={{ background: `var(${colourOf(i)})` }} />
                  {run!.name}
                </th>
              ))}
            </tr>
          </thead>
          <Rows rows={usualRows(runs)} />
          {judged.length > 0 && <Rows rows={judged} title={t('Judged')} runs={runs.length} />}
          {different.length > 0 && (
            <Rows rows={different} title={t('Settings in which they differ')} runs={runs.length} />
          )}
        </table>
      </section>
      <div class="row">
        {judge && <JudgeButton runs={runs} judge={judge} />}
        <ExportButton
          name="runs"
          what={t('the numbers')}
          disabled={!isWhole}
          exports={{ csv: () => csvFile(() => cellsOf(runs)) }}
        />
      </div>
      <p class="small soft">
        {t(
          'Losses compare runs of one objective and likelihood. The ELBO weighs the KL alike for all.',
        )}
      </p>
    </section>
  );
}

/** A group of rows, with a title over all columns. */
function Rows({
  rows,
  title,
  runs = 0,
}: {
  rows: readonly Row[];
  title?: string;
  /** Columns of runs. */
  runs?: number;
}) {
  return (
    <tbody>
      {title && (
        <tr>
          <th scope="rowgroup" class="group" colSpan={runs + 1}>
            {title}
          </th>
        </tr>
      )}
      {rows.map(({ key, title, values }) => (
        <tr key={key} data-row={key}>
          <th scope="row">{title}</th>
          {values.map((value, i) => (
            <td key={i}>{value}</td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
