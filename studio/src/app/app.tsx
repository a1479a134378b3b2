import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { said, t } from '../language/language.js';
import { isSite } from '../offline/site.js';
import { refreshRuns } from '../runs/store.js';
import { give } from '../train/giving.js';
import { DropAnywhere } from '../ui/drop-anywhere.js';
import { later } from '../ui/later.js';
import { Notice } from '../ui/notice.js';
import { experimenting } from '../views/learn/experiments/state.js';
import { Intro } from '../views/learn/intro.js';
import { TrainView } from '../views/train/train-view.js';
import { LanguageChoice } from './language-choice.js';
import { NoSuchPage } from './no-such-page.js';
import { addressOf, go, route, type View, views } from './route.js';
import { theme, toggleTheme } from './theme.js';

const titles: Readonly<Record<View, string>> = {
  learn: said('Learn'),
  train: said('Train'),
  explore: said('Explore'),
  compare: said('Compare'),
};

const bodies: Readonly<Record<View, ComponentType>> = {
  learn: Intro,
  train: TrainView,
  explore: later(async () => (await import('../views/explore/explore-view.js')).ExploreView),
  compare: later(async () => (await import('../views/compare/compare-view.js')).CompareView),
};

const UpdateNotice = later(async () => (await import('../offline/update-notice.js')).UpdateNotice);

const ExperimentPanel = later(
  async () => (await import('../views/learn/experiments/experiment-panel.js')).ExperimentPanel,
);

export function App() {
  const { view } = route.value;
  const Body = view ? bodies[view] : NoSuchPage;
  const title = view ? `${t(titles[view])} · vaekit studio` : 'vaekit studio';
  useEffect(() => {
    refreshRuns();
  }, []);
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <DropAnywhere onFiles={takeDropped} />
      <button type="button" class="skip" onClick={skip}>
        {t('Skip to the content')}
      </button>
      <header class="app-header">
        <a class="brand" href={addressOf('train')}>
          <img src="./icon.svg" alt="vaekit studio" width="28" height="28" />
          <span aria-hidden="true">
            vaekit <span class="brand-sub">studio</span>
          </span>
        </a>
        <nav aria-label={t('Views')}>
          {views.map((each) => (
            <a key={each} href={addressOf(each)} aria-current={each === view ? 'page' : undefined}>
              {t(titles[each])}
            </a>
          ))}
        </nav>
        <LanguageChoice />
        <button
          type="button"
          class="quiet"
          aria-label={theme.value === 'dark' ? t('Use light colours') : t('Use dark colours')}
          title={theme.value === 'dark' ? t('Light colours') : t('Dark colours')}
          onClick={toggleTheme}
        >
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
      </header>
      {isSite && <UpdateNotice />}
      <main id="main" tabIndex={-1}>
        {isSecureContext ? (
          <>
            {experimenting.value && <ExperimentPanel />}
            <Body />
          </>
        ) : (
          <Notice kind="error">
            {t(
              'The browser lets this page compute only over HTTPS or from this machine. Open it by an address that begins with https:// or http://127.0.0.1.',
            )}
          </Notice>
        )}
      </main>
    </>
  );
}

/** Takes files that are dropped on any view as data to train on. */
function takeDropped(given: DataTransfer): void {
  go('train');
  give(given);
}

/** The address after `#` is the view's, so the jump is made here. */
function skip(): void {
  document.getElementById('main')?.focus();
}
