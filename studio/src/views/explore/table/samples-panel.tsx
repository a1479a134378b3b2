import { useSignal, useSignalEffect } from '@preact/signals';
import type { RowConditions } from '../../../../../src/data/tables/columns/where.js';
import { t } from '../../../language/language.js';
import { rich } from '../../../language/rich.js';
import type { Cells } from '../../../model/tables/api.js';
import { useText } from '../../../ui/fields.js';
import { Notice } from '../../../ui/notice.js';
import { RowTable } from '../../../ui/tables/row-table.js';
import { Term } from '../../../ui/term.js';
import type { Exploration } from '../exploration.js';
import { WithSampler } from '../panels/with-sampler.js';
import { Conditions } from './conditions.js';
import { SaveRows } from './save-rows.js';

/** Rows that are shown, and rows of a file when no number is given. */
const [shown, usualCount] = [20, 1000];

const mostCount = 1_000_000;

/** Rows that the model draws, to look at and to download. */
export function SamplesPanel({ exploration }: { exploration: Exploration }) {
  return (
    <WithSampler exploration={exploration}>
      {(fits) => <Samples key={fits} exploration={exploration} />}
    </WithSampler>
  );
}

function Samples({ exploration }: { exploration: Exploration }) {
  const seed = useSignal(0);
  const count = useSignal(usualCount);
  const typed = useText(String(count.value));
  const cells = useSignal<Cells>([]);
  const { service, id, info } = exploration;
  const label = () => (info.classes === undefined ? undefined : exploration.label.value);
  const where = useSignal<RowConditions>({});
  const draw = (rows: number) => {
    const given = Object.keys(where.value).length > 0 ? { where: where.value } : {};
    return service.sample(id, rows, { seed: seed.value, label: label(), ...given });
  };
  const problem = useSignal<string | undefined>(undefined);
  useSignalEffect(() => {
    let current = true;
    const show = async () => {
      const made = await draw(shown);
      const texts = await (await exploration.tables).cells(id, made);
      if (!current) return;
      cells.value = texts;
      problem.value = undefined;
    };
    show().catch((error: Error) => {
      if (current) problem.value = error.message;
    });
    return () => {
      current = false;
    };
  });
  const fits = Number.isInteger(count.value) && count.value >= 1 && count.value <= mostCount;
  return (
    <>
      <p class="small">
        {rich(
          'Rows that the model invents, by draws of the {prior}: with the columns, types and spelling of the table that it learnt.',
          { prior: <Term name="prior">{t('prior')}</Term> },
        )}
      </p>
      <Conditions
        table={exploration.table!}
        onChange={(given) => {
          where.value = given;
        }}
      />
      {problem.value && <Notice kind="error">{problem.value}</Notice>}
      <RowTable
        label={t('Rows that the model draws')}
        lead={[]}
        columns={exploration.table!.map(({ name }) => name)}
        rows={cells.value.map((texts, i) => ({
          key: i,
          lead: [],
          cells: texts.map((text) => ({ text })),
        }))}
      />
      <div class="row actions">
        <button
          type="button"
          onClick={() => {
            seed.value++;
          }}
        >
          {t('Draw others')}
        </button>
        <label class="field count">
          <span class="field-label">{t('Rows to download')}</span>
          <input
            inputMode="numeric"
            value={typed.text}
            aria-invalid={!fits}
            {...typed.events}
            onChange={(event) => {
              count.value = Number(event.currentTarget.value);
            }}
          />
        </label>
        <SaveRows
          name={`${exploration.run.name}-rows`}
          disabled={!fits}
          write={async (ending) =>
            (await exploration.tables).file(id, await draw(count.value), ending)
          }
        />
      </div>
      {!fits && (
        <p class="small">
          {t('A whole number from {least} to {most}.', { least: 1, most: mostCount })}
        </p>
      )}
    </>
  );
}
