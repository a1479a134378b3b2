import { t } from '../../../../language/language.js';
import { Pictures } from '../../../../ui/pictures.js';
import { rowsOf, type ShownData } from '../../exploration.js';

/** Chooses the image at one end of a path. */
export function PathEnd({
  title,
  data,
  index,
  picked,
  choose,
}: {
  title: string;
  data: ShownData;
  index: number;
  picked: number | undefined;
  choose: (index: number) => void;
}) {
  const { places } = data;
  return (
    <div class="path-end">
      <Pictures images={rowsOf(data.images, [index])} label={`${title}: ${places[index]}`} />
      <div class="stack-tight">
        <label class="small">
          {title}
          <input
            type="number"
            min={0}
            max={places.at(-1)}
            value={places[index]}
            onChange={(event) => {
              const next = event.currentTarget.valueAsNumber;
              // Takes the next image that is shown: of large data, not all are.
              const shown = next >= 0 ? places.findIndex((place) => place >= next) : -1;
              const chosen = shown < 0 ? index : shown;
              event.currentTarget.value = String(places[chosen]);
              choose(chosen);
            }}
          />
        </label>
        <button
          type="button"
          class="small"
          disabled={picked === undefined || picked === index}
          title={t('Takes the image that you picked on the map or among the anomalies')}
          onClick={() => choose(picked!)}
        >
          {t('Use picked')}
        </button>
      </div>
    </div>
  );
}
