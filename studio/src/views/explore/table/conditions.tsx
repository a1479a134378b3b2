import { useSignal } from '@preact/signals';
import { isLearnt, type TableColumn } from '../../../../../src/data/column.js';
import type {
  ColumnCondition,
  RowConditions,
} from '../../../../../src/data/tables/columns/where.js';
import { t } from '../../../language/language.js';
import { useText } from '../../../ui/fields.js';

/** A condition as the form holds it: a category, or the ends of a range; empty texts say nothing. */
interface Condition {
  readonly column: string;
  readonly value: string;
  readonly from: string;
  readonly to: string;
}

const empty = { value: '', from: '', to: '' };

const conditionOf = (
  { categories }: TableColumn,
  { value, from, to }: Condition,
): ColumnCondition | undefined => {
  if (categories) return value === '' ? undefined : value;
  if (from === '' && to === '') return undefined;
  return { ...(from === '' ? {} : { from }), ...(to === '' ? {} : { to }) };
};

/** Conditions that drawn rows are to meet: a category, or a range of numbers or dates. */
export function Conditions({
  table,
  onChange,
}: {
  table: readonly TableColumn[];
  onChange(where: RowConditions): void;
}) {
  const learnt = table.filter(isLearnt);
  const conditions = useSignal<readonly Condition[]>([]);
  const columnOf = ({ column }: Condition) => learnt.find(({ name }) => name === column)!;
  const set = (next: readonly Condition[]) => {
    conditions.value = next;
    const where = next.flatMap((each) => {
      const condition = conditionOf(columnOf(each), each);
      return condition === undefined ? [] : [[each.column, condition] as const];
    });
    onChange(Object.fromEntries(where));
  };
  const change = (at: number, given: Partial<Condition>) =>
    set(conditions.value.map((each, i) => (i === at ? { ...each, ...given } : each)));
  const free = learnt.filter(({ name }) => conditions.value.every(({ column }) => column !== name));
  return (
    <fieldset class="conditions">
      <legend class="visually-hidden">{t('Conditions of the rows')}</legend>
      {conditions.value.map((condition, i) => (
        <div class="row" key={condition.column}>
          <select
            aria-label={t('Column of condition {n}', { n: i + 1 })}
            value={condition.column}
            onChange={(event) => change(i, { ...empty, column: event.currentTarget.value })}
          >
            {learnt
              .filter((column) => column.name === condition.column || free.includes(column))
              .map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
          </select>
          <Wanted
            column={columnOf(condition)}
            condition={condition}
            onChange={(given) => change(i, given)}
          />
          <button
            type="button"
            class="quiet"
            aria-label={t('Remove condition {n}', { n: i + 1 })}
            onClick={() => set(conditions.value.filter((_, at) => at !== i))}
          >
            {t('Remove')}
          </button>
        </div>
      ))}
      {free.length > 0 && (
        <button
          type="button"
          onClick={() => set([...conditions.value, { ...empty, column: free[0]!.name }])}
        >
          {t('Add a condition')}
        </button>
      )}
    </fieldset>
  );
}

/** The fields of a condition: a choice of categories, or two ends. */
function Wanted({
  column: { name, categories, date },
  condition,
  onChange,
}: {
  column: TableColumn;
  condition: Condition;
  onChange(given: Partial<Condition>): void;
}) {
  if (categories) {
    return (
      <select
        aria-label={t('Value of {name}', { name })}
        value={condition.value}
        onChange={(event) => onChange({ value: event.currentTarget.value })}
      >
        <option value="">{t('Any')}</option>
        {categories.map((each) => (
          <option key={each} value={each}>
            {each}
          </option>
        ))}
      </select>
    );
  }
  return (
    <>
      <BoundField
        label={t('{name} from', { name })}
        placeholder={date ? t('from {format}', { format: date.format }) : t('from')}
        value={condition.from}
        onChange={(from) => onChange({ from })}
      />
      <BoundField
        label={t('{name} to', { name })}
        placeholder={date ? t('to {format}', { format: date.format }) : t('to')}
        value={condition.to}
        onChange={(to) => onChange({ to })}
      />
    </>
  );
}

/** A number or a date that values start from, or end at. */
function BoundField({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string;
  onChange(value: string): void;
}) {
  const { text, events } = useText(value);
  return (
    <input
      aria-label={label}
      placeholder={placeholder}
      value={text}
      {...events}
      onChange={(event) => onChange(event.currentTarget.value.trim())}
    />
  );
}
