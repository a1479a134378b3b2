import { t } from '../../../language/language.js';
import { Notice } from '../../../ui/notice.js';
import { MissingData } from '../data-choice.js';
import type { Exploration } from '../exploration.js';
import { NetworkPanel } from '../panels/network-panel.js';
import { type Tab, Tabs } from '../tabs.js';
import { AnomaliesPanel } from './anomalies-panel.js';
import { GapsPanel } from './gaps-panel.js';
import { MapPanel } from './map-panel.js';
import { QualityPanel } from './quality-panel.js';
import { RowsPanel } from './rows-panel.js';
import { SamplesPanel } from './samples-panel.js';
import './table.css';

/** Walks through a model of a table: its map, its rows, and the uses of both. */
export function TableView({ exploration }: { exploration: Exploration }) {
  const tabs: Tab[] = [
    { name: 'map', title: t('Map'), body: () => <MapPanel exploration={exploration} /> },
    {
      name: 'samples',
      title: t('Samples'),
      body: () => <SamplesPanel exploration={exploration} />,
    },
    {
      name: 'quality',
      title: t('Quality'),
      body: () => <QualityPanel exploration={exploration} />,
    },
    { name: 'rows', title: t('Rows'), body: () => <RowsPanel exploration={exploration} /> },
    {
      name: 'anomalies',
      title: t('Anomalies'),
      body: () => <AnomaliesPanel exploration={exploration} />,
    },
    { name: 'gaps', title: t('Fill gaps'), body: () => <GapsPanel exploration={exploration} /> },
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
      <Tabs tabs={tabs} label={t('What to do with the model')} />
    </>
  );
}
