import { render } from 'preact';
import { App } from './app/app.js';
import './style/tokens.css';
import './style/base.css';

render(<App />, document.getElementById('app')!);
