import { type ComponentType, createElement } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { t } from '../language/language.js';
import { Notice } from './notice.js';

/**
 * A component that is loaded when it is first shown, so that the page's start does not wait for it.
 * @param load imports it
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Later(props: Props) {
    const [failed, setFailed] = useState(false);
    const [, redraw] = useState(false);
    useEffect(() => {
      if (loaded) return;
      load().then(
        (component) => {
          loaded = component;
          redraw(true);
        },
        () => setFailed(true),
      );
    }, []);
    if (loaded) return createElement(loaded, props);
    if (!failed) return null;
    return (
      <Notice kind="error">{t('A part of the page could not be loaded. Reload the page.')}</Notice>
    );
  };
}
