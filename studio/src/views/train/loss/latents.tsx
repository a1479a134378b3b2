import { collapsedNats } from '../../../../../src/vae/health/collapse.js';
import { counted, t } from '../../../language/language.js';
import { listed } from '../../../language/listed.js';
import type { Frame } from '../../../model/learning/frames.js';
import { canSteer, steer } from '../../../train/session.js';
import { Notice } from '../../../ui/notice.js';
import { tickText } from '../../../ui/number.js';
import { Term } from '../../../ui/term.js';
import { present } from './in-force.js';

/** Steps before which a model does nothing yet. */
const fewestSteps = 100;

/** Latents that are shown one by one. */
const mostShown = 64;

/** The information in each latent, or the use of each code. */
export function Latents({ frame }: { frame: Frame }) {
  if (frame.usage.length > 0) return <Codes usage={frame.usage} />;
  if (frame.kl.length === 0) return null;
  const collapsed = [...frame.kl.keys()].filter((latent) => frame.kl[latent]! < collapsedNats);
  return (
    <div class="stack-tight">
      <h3>{t('KL of each latent')}</h3>
      <p class="small">{klInWords(frame.kl, collapsed)}</p>
      <Bars kl={frame.kl} />
      {frame.step >= fewestSteps && collapsed.length > 0 && (
        <Collapse collapsed={collapsed} count={frame.kl.length} />
      )}
    </div>
  );
}

/** Three digits; a value near 0 is 0. */
const nats = (value: number) => (value < 5e-4 ? '0' : tickText(Number(value.toPrecision(3))));

function klInWords(kl: Float32Array, collapsed: readonly number[]): string {
  const total = kl.reduce((sum, each) => sum + each, 0);
  const most = kl.indexOf(Math.max(...kl));
  const values = { total: nats(total), used: kl.length - collapsed.length, n: kl.length };
  if (kl.length === 1) return t('The one latent says {total} nats about an example.', values);
  if (values.used === 0) {
    return t('The {n} latents say {total} nats about an example: none of them is used.', values);
  }
  return t(
    'The {n} latents say {total} nats about an example. {used} of them are used; the most, {largest} nats, is in latent {most}.',
    { ...values, largest: nats(kl[most]!), most: String(most) },
  );
}

function Bars({ kl }: { kl: Float32Array }) {
  const highest = Math.max(...kl, collapsedNats);
  // The latents that say most, where there are many.
  const shown =
    kl.length <= mostShown
      ? [...kl.keys()]
      : [...kl.keys()].sort((a, b) => kl[b]! - kl[a]!).slice(0, mostShown);
  return (
    <ul class="latent-bars">
      {shown.map((latent) => (
        <li
          key={latent}
          class={kl[latent]! < collapsedNats ? 'collapsed' : ''}
          aria-label={t('Latent {latent}: {value} nats', {
            latent: String(latent),
            value: nats(kl[latent]!),
          })}
          title={t('Latent {latent}: {value} nats', {
            latent: String(latent),
            value: nats(kl[latent]!),
          })}
        >
          <span class="bar">
            <span style={{ height: `${(100 * kl[latent]!) / highest}%` }} />
          </span>
          <span aria-hidden="true">{latent}</span>
        </li>
      ))}
    </ul>
  );
}

/** Collapse in plain words, with the next step. */
function Collapse({ collapsed, count }: { collapsed: readonly number[]; count: number }) {
  const isWhole = collapsed.length === count;
  const names = listed(collapsed.slice(0, 8).map(String));
  const { beta } = present.value;
  const canChange = canSteer.value && beta !== undefined && beta > 0;
  return (
    <Notice kind={isWhole ? 'warning' : 'info'}>
      <p>
        <Term name="collapsed" />:{' '}
        {isWhole
          ? t(
              'no latent says anything about the example, so the decoder draws nearly the same for each. The KL weighs too much against the reconstruction.',
            )
          : counted(
              collapsed.length,
              {
                one: '{n} latent ({names}) says nothing about the example, and the decoder has learnt to do without it. That costs nothing: fewer latents would do.',
                other:
                  '{n} latents ({names}) say nothing about the example, and the decoder has learnt to do without them. That costs nothing: fewer latents would do.',
              },
              { names: collapsed.length > 8 ? `${names} …` : names },
            )}
      </p>
      <p>
        {canChange
          ? t('To have more of them used, let the KL weigh less.')
          : t(
              'To have more of them used, train a new run with a smaller β, with a β that rises from 0, or with the objective of free bits.',
            )}
      </p>
      {canChange && (
        <button type="button" onClick={() => steer({ beta: beta / 4 })}>
          {t('Set β to {beta}', { beta: tickText(beta / 4) })}
        </button>
      )}
    </Notice>
  );
}

function Codes({ usage }: { usage: Float32Array }) {
  const used = usage.filter((share) => share > 0);
  const entropy = used.reduce((sum, share) => sum - share * Math.log(share), 0);
  const sorted = used.slice().sort().reverse();
  return (
    <div class="stack-tight">
      <h3>{t('Use of the codes')}</h3>
      <p class="small">
        {t(
          '{used} of {n} codes are used, as evenly as {perplexity} codes of equal shares (the perplexity).',
          {
            ...{ used: used.length, n: usage.length },
            perplexity: tickText(Number(Math.exp(entropy).toPrecision(3))),
          },
        )}
      </p>
      <svg
        class="code-bars"
        viewBox={`0 0 ${usage.length} 1`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('The shares of the codes, the largest first')}
      >
        {Array.from(sorted, (share, i) => (
          <rect key={i} x={i} width={1} y={1 - share / sorted[0]!} height={share / sorted[0]!} />
        ))}
      </svg>
    </div>
  );
}
