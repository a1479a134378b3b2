import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { refreshRuns } from '../runs/store.js';
import { Notice } from '../ui/notice.js';
import { CompareView } from '../views/compare/compare-view.js';
import { ExploreView } from '../views/explore/explore-view.js';
import { TrainView } from '../views/train/train-view.js';
import { addressOf, route, type View, views } from './route.js';
import { theme, toggleTheme } from './theme.js';

const titles: Readonly<Record<View, string>> = {
  train: 'Train',
  explore: 'Explore',
  compare: 'Compare',
};

const bodies: Readonly<Record<View, ComponentType>> = {
  train: TrainView,
  explore: ExploreView,
  compare: CompareView,
};

export function App() {
  const { view } = route.value;
  const Body = bodies[view];
  useEffect(() => {
    refreshRuns();
  }, []);
  useEffect(() => {
    document.title = `${titles[view]} · vaekit studio`;
  }, [view]);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the content
      </button>
      <header class="app-header">
        <a class="brand" href={addressOf('train')}>
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span>
            vaekit <span class="brand-sub">studio</span>
          </span>
        </a>
        <nav aria-label="Views">
          {views.map((each) => (
            <a key={each} href={addressOf(each)} aria-current={each === view ? 'page' : undefined}>
              {titles[each]}
            </a>
          ))}
        </nav>
        <button
          type="button"
          class="quiet"
          aria-label={theme.value === 'dark' ? 'Use light colours' : 'Use dark colours'}
          title={theme.value === 'dark' ? 'Light colours' : 'Dark colours'}
          onClick={toggleTheme}
        >
          {theme.value === 'dark' ? '☀' : '☾'}
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {isSecureContext ? (
          <Body />
        ) : (
          <Notice kind="error">
            The browser lets this page compute only over HTTPS or from this machine. Open it by an
            address that begins with https:// or http://127.0.0.1.
          </Notice>
        )}
      </main>
    </>
  );
}

/** The address after `#` is the view's, so the jump is made here. */
function skip(): void {
  document.getElementById('main')?.focus();
}
