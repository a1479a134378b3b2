import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { describeInput, isPicture } from '../../../../src/data/input.js';
import { addressOf, go, nameRuns, route } from '../../app/route.js';
import { t, translated } from '../../language/language.js';
import { rich } from '../../language/rich.js';
import { betaOf, isShipped, shippedId, shippedNames } from '../../runs/shipped.js';
import { readRun, runs, runsProblem } from '../../runs/store.js';
import { CopyLink } from '../../ui/copy-link.js';
import { Empty } from '../../ui/empty.js';
import { later } from '../../ui/later.js';
import { Notice } from '../../ui/notice.js';
import { explorationParts, mapParts } from './address/parts.js';
import { tie } from './address/tie.js';
import { DataChoice, MissingData } from './data-choice.js';
import { Exploration } from './exploration.js';
import './explore.css';
import { LiveNote } from './live-note.js';
import { LatentMap } from './map/latent-map.js';
import { mapOf } from './map/map-state.js';
import { AnomaliesPanel } from './panels/anomalies-panel.js';
import { DrawPanel } from './panels/draw/draw-panel.js';
import { LatentsPanel } from './panels/latents-panel.js';
import { PathPanel } from './panels/path/path-panel.js';
import { SamplesPanel } from './panels/samples-panel.js';
import { PlaneSelect } from './plane-select.js';
import { type Tab, Tabs } from './tabs.js';

/** Walks through the latent space of one run. */
export function ExploreView() {
  const [chosen] = route.value.runs;
  const list = runs.value;
  // A model that comes with the page is better than nothing to explore when there is no run.
  const id = chosen ?? list?.[0]?.id ?? (list && shippedId('beta-1'));
  if (id === undefined) return <Empty title={t('Looking for runs')} />;
  return <ExploreRun key={id} id={id} isNamed={chosen !== undefined} />;
}

/** Tells the reason why the model that comes with the page is shown. */
function NoRunYet() {
  if (runsProblem.value) return <Notice kind="warning">{runsProblem.value}</Notice>;
  return (
    <Notice>
      {rich('There is no run of yours yet: this model comes with the page. {train}.', {
        train: <a href={addressOf('train')}>{t('Train one here')}</a>,
      })}
    </Notice>
  );
}

/** Opens a run and shows it, or the reason why it cannot. */
function ExploreRun({ id, isNamed }: { id: string; isNamed: boolean }) {
  const opened = useSignal<Exploration | Error | undefined>(undefined);
  /** Number of newer states asked for, of a run that trains. */
  const renewals = useSignal(0);
  const put = (next: Exploration | Error | undefined) => {
    const before = opened.peek();
    opened.value = next;
    if (before instanceof Exploration) before.close();
  };
  useEffect(() => {
    let current = true;
    let untie = () => {};
    const open = async () => {
      try {
        const exploration = await Exploration.open(await readRun(id));
        if (!current) return exploration.close();
        put(exploration);
        await exploration.load(route.peek().state.data ?? exploration.ownData);
        if (!current) return;
        const map = exploration.hasMap ? mapParts(mapOf(exploration)) : [];
        untie = tie([...explorationParts(exploration), ...map]);
      } catch (error) {
        if (current) put(error as Error);
      }
    };
    open();
    return () => {
      current = false;
      untie();
    };
  }, [id, renewals.value]);
  useEffect(() => () => put(undefined), []);
  useEffect(() => {
    if (!isNamed) nameRuns(id);
  }, [id, isNamed]);
  const state = opened.value;
  return (
    <div class="stack">
      <div class="explore-bar">
        <h1 class="visually-hidden">{t('Explore')}</h1>
        <label class="field">
          {t('Run')}
          <select
            value={id}
            onChange={(event) => {
              go('explore', event.currentTarget.value);
            }}
          >
            {(runs.value ?? []).map((run) => (
              <option key={run.id} value={run.id}>
                {run.name}
                {run.place === 'kept' ? ` (${t('in this browser')})` : ''}
              </option>
            ))}
            <optgroup label={t('Come with the page')}>
              {shippedNames.map((name) => (
                <option key={name} value={shippedId(name)}>
                  {t('MNIST, β = {beta}', { beta: betaOf(name) })}
                </option>
              ))}
            </optgroup>
            {!isShipped(id) && runs.value?.every((run) => run.id !== id) && (
              <option value={id}>{id.replace(/^\w+:/, '')}</option>
            )}
          </select>
        </label>
        {state instanceof Exploration && <Choices exploration={state} />}
        {state instanceof Exploration && <CopyLink />}
      </div>
      {isShipped(id) && runs.value?.length === 0 && <NoRunYet />}
      {state === undefined && <Empty isPart title={t('Opening the run')} />}
      {state instanceof Error && <NotOpened id={id} error={state} />}
      {state instanceof Exploration && (
        <>
          <LiveNote
            run={state.run}
            onNewest={() => {
              renewals.value++;
            }}
          />
          <Walk key={JSON.stringify(state.run.position)} exploration={state} />
        </>
      )}
    </div>
  );
}

/** The reason why a run cannot be explored, and ways on. */
function NotOpened({ id, error }: { id: string; error: Error }) {
  const other = runs.value?.find((run) => run.id !== id);
  return (
    <Notice kind="error">
      <p>{translated(error.message)}</p>
      <p class="row">
        {other && (
          <a class="button" href={addressOf('explore', other.id)}>
            {t('Explore {run}', { run: other.name })}
          </a>
        )}
        <a class="button" href={addressOf('train')}>
          {t('Train a model')}
        </a>
      </p>
    </Notice>
  );
}

function Choices({ exploration }: { exploration: Exploration }) {
  const { classes } = exploration.info;
  const names = exploration.data.value?.info.classNames;
  return (
    <>
      <DataChoice exploration={exploration} />
      {exploration.hasMap && exploration.info.config.latent > 2 && (
        <PlaneSelect exploration={exploration} />
      )}
      {classes !== undefined && (
        <label class="field">
          {t('Class to decode')}
          <select
            value={exploration.label.value}
            onChange={(event) => exploration.setLabel(Number(event.currentTarget.value))}
          >
            {Array.from({ length: classes }, (_, label) => (
              <option key={label} value={label}>
                {names?.[label] ?? label}
              </option>
            ))}
          </select>
        </label>
      )}
      <output class="small soft explore-stage">
        {exploration.stage.value ? `${exploration.stage.value} …` : ''}
      </output>
    </>
  );
}

const BetweenPanel = later(
  async () => (await import('./panels/between/between-panel.js')).BetweenPanel,
);

const NetworkPanel = later(async () => (await import('./panels/network-panel.js')).NetworkPanel);

/** The view of a model of a table. */
const TableView = later(async () => (await import('./table/table-view.js')).TableView);

function Walk({ exploration }: { exploration: Exploration }) {
  if (exploration.things === 'rows') return <TableView exploration={exploration} />;
  const { input, example } = exploration.info.config;
  const described = describeInput(input, example);
  if (!isPicture(described) && described.kind !== 'sequence') {
    return (
      <Empty isPart title={t('This model’s examples are no images')}>
        <p>
          {t(
            'They have the shape [{shape}]. The page explores models of images, sequences and tables.',
            { shape: input.join(', ') },
          )}
        </p>
      </Empty>
    );
  }
  const tabs: Tab[] = [
    ...(input[0] === 1 && exploration.things === 'images'
      ? [{ name: 'draw', title: t('Draw'), body: () => <DrawPanel exploration={exploration} /> }]
      : []),
    { name: 'path', title: t('Path'), body: () => <PathPanel exploration={exploration} /> },
    ...(!exploration.info.hasPoints
      ? []
      : [
          {
            name: 'latents',
            title: t('Latents'),
            body: () => <LatentsPanel exploration={exploration} />,
          },
        ]),
    {
      name: 'samples',
      title: t('Samples'),
      body: () => <SamplesPanel exploration={exploration} />,
    },
    {
      name: 'anomalies',
      title: t('Anomalies'),
      body: () => <AnomaliesPanel exploration={exploration} />,
    },
    ...(!exploration.info.hasPoints || exploration.things !== 'images'
      ? []
      : [
          {
            name: 'between',
            title: t('Between'),
            body: () => <BetweenPanel exploration={exploration} />,
          },
        ]),
    {
      name: 'network',
      title: t('Network'),
      body: () => <NetworkPanel exploration={exploration} />,
    },
  ];
  return (
    <>
      {exploration.problem.value && <Notice kind="error">{exploration.problem.value}</Notice>}
      {exploration.dataProblem.value && <MissingData exploration={exploration} />}
      <div class="explore">
        {exploration.hasMap ? (
          <LatentMap exploration={exploration} />
        ) : (
          <NoMap exploration={exploration} />
        )}
        <Tabs tabs={tabs} label={t('What to do with the model')} />
      </div>
    </>
  );
}

/** Tells the reason why there is no map. */
function NoMap({ exploration }: { exploration: Exploration }) {
  return !exploration.info.hasPoints ? (
    <Empty isPart title={t('No map for this model')}>
      <p>
        {exploration.info.hasCodes
          ? t(
              'It turns an image into a grid of codes of its codebook, not into a point. Paths, samples and anomalies are at hand.',
            )
          : t(
              'It turns an image into a grid of latents, not into a point. Paths, samples and anomalies are at hand.',
            )}
      </p>
    </Empty>
  ) : (
    <Empty isPart title={t('No map for one latent')}>
      <p>{t('A map needs two latents or more. Walk with the slider under Latents.')}</p>
    </Empty>
  );
}
