import './style/index.css';
import { render } from 'preact';
import { App } from './app/app.js';
import { startLanguage } from './language/choice.js';

// The first view is in the user's language at once.
startLanguage().then(() => render(<App />, document.getElementById('app')!));
