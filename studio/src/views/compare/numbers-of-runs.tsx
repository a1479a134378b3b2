import { formatCount } from '../../../../src/report/number.js';
import { numberText } from '../../ui/number.js';
import { Term } from '../../ui/term.js';
import { type Compared, scoredImages } from './comparison.js';
import { colourOf } from './curves-of-runs.js';

const metrics = [
  ['loss', 'loss'],
  ['reconstruction', 'reconstruction'],
  ['kl', 'kl'],
] as const;

/** Shows the results of each run, a column a run. */
export function NumbersOfRuns({ runs }: { runs: readonly Compared[] }) {
  const last = ({ run }: Compared) => run?.metrics.at(-1);
  const unit = ({ info }: Compared) => (info?.isInNats ? ' nats' : '');
  const value = (compared: Compared, name: string) => {
    const number = last(compared)?.[name];
    return typeof number === 'number' ? `${numberText(number)}${unit(compared)}` : '–';
  };
  const objective = ({ info }: Compared) => {
    const { objective, likelihood } = (info?.config ?? {}) as {
      objective?: { type?: string };
      likelihood?: string | { type?: string };
    };
    const name = typeof likelihood === 'object' ? likelihood.type : likelihood;
    return `${objective?.type ?? 'vae'}, ${name ?? 'bernoulli'}`;
  };
  return (
    <section class="panel stack" aria-labelledby="numbers">
      <h2 id="numbers">Numbers</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must do too */}
      <section class="scroll" tabIndex={0} aria-label="Numbers of the runs">
        <table class="compare-table number">
          <thead>
            <tr>
              <td />
              {runs.map(({ id, run }, i) => (
                <th key={id} scope="col">
                  <span class="swatch" style={{ background: `var(${colourOf(i)})` }} />
                  {run!.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">
                <Term name="elbo">ELBO</Term> of {formatCount(scoredImages)} examples
              </th>
              {runs.map(({ id, elbo }) => (
                <td key={id} data-elbo>
                  {elbo === undefined ? '–' : `${numberText(elbo)} nats`}
                </td>
              ))}
            </tr>
            {metrics.map(([name, term]) => (
              <tr key={name}>
                <th scope="row">
                  <Term name={term} />, <Term name="validation">validation</Term>
                </th>
                {runs.map((each) => (
                  <td key={each.id}>{value(each, `val_${name}`)}</td>
                ))}
              </tr>
            ))}
            <tr>
              <th scope="row">
                <Term name="loss" />, training
              </th>
              {runs.map((each) => (
                <td key={each.id}>{value(each, 'loss')}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">
                <Term name="epoch">Epochs</Term>
              </th>
              {runs.map((each) => (
                <td key={each.id}>{last(each)?.epoch ?? '–'}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">
                <Term name="latent" />
              </th>
              {runs.map(({ id, info }) => (
                <td key={id}>{info?.config.latent}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">
                <Term name="parameters" />
              </th>
              {runs.map(({ id, info }) => (
                <td key={id}>{info && formatCount(info.summary.parameters)}</td>
              ))}
            </tr>
            <tr>
              <th scope="row">
                Objective, <Term name="likelihood">likelihood</Term>
              </th>
              {runs.map((each) => (
                <td key={each.id}>{objective(each)}</td>
              ))}
            </tr>
          </tbody>
        </table>
      </section>
      <p class="small soft">
        Losses compare runs of one objective and likelihood. The ELBO weighs the KL alike for all.
      </p>
    </section>
  );
}
