import type { ComponentChildren } from 'preact';
import { t } from '../../../language/language.js';
import { listed } from '../../../language/listed.js';
import { lossUnit } from '../../../train/session.js';
import { tickText } from '../../../ui/number.js';
import { Term } from '../../../ui/term.js';
import { present } from './in-force.js';
import { type LossPart, type ToldLoss, weighsDraws } from './told.js';
import './loss.css';

/** The loss as the sum of its terms: an equation with its present numbers, and bars. */
export function LossTold() {
  const { steps, training, validation } = present.value;
  if (!training) return null;
  const rows = [
    { name: t('Training set'), told: training },
    ...(validation ? [{ name: t('Validation set'), told: validation }] : []),
  ];
  return (
    <div class="stack loss-told">
      <Equation told={training} />
      <p class="small">{inWords(training, steps)}</p>
      {weighsDraws(training) && (
        <p class="soft small">
          {t(
            'This objective is no sum: it weighs several draws. So what the draws gain is taken off.',
          )}
        </p>
      )}
      {training.parts.length === 1 ? (
        <p class="soft small">
          {t(
            'This objective has the reconstruction alone: nothing holds the latents near a prior.',
          )}
        </p>
      ) : (
        <Bars rows={rows} />
      )}
    </div>
  );
}

/** A measured number as the figures of the run are written; a small one with three digits. */
function figure(value: number): string {
  const size = Math.abs(value);
  const text = size >= 1 || size < 5e-4 ? value.toFixed(2) : String(Number(value.toPrecision(3)));
  return text.replace(/^-(?!0\.00$)/, '−').replace(/^-/, '');
}

function Equation({ told: { loss, parts } }: { told: ToldLoss }) {
  return (
    <div class="equation">
      <Quantity value={figure(loss)} unit={lossUnit.value}>
        <Term name="loss" />
      </Quantity>
      {parts.map((part, i) => (
        <TermOfSum key={part.entry.word} part={part} isFirst={i === 0} />
      ))}
    </div>
  );
}

function TermOfSum({ part, isFirst }: { part: LossPart; isFirst: boolean }) {
  const { colour, entry, value, weight } = part;
  const isTaken = !isFirst && !weight && value < 0;
  return (
    <span class="term-of-sum">
      <Sign>{isFirst ? '=' : isTaken ? '−' : '+'}</Sign>
      {weight && (
        <>
          <Quantity value={tickText(Number(weight.value.toPrecision(4)))}>
            <Term name={weight.entry} />
          </Quantity>
          <Sign>×</Sign>
        </>
      )}
      <Quantity value={figure(isTaken ? -value : value)} colour={colour}>
        <Term name={entry} />
      </Quantity>
    </span>
  );
}

const Sign = ({ children }: { children: string }) => <span class="sign">{children}</span>;

function Quantity({
  value,
  unit = '',
  colour,
  children,
}: {
  value: string;
  unit?: string;
  colour?: string;
  children: ComponentChildren;
}) {
  return (
    <span class="quantity">
      <span class="small">
        {colour && <span class="swatch square" style={{ background: `var(${colour})` }} />}
        {children}
      </span>
      <strong class="number">
        {value} {unit && <span class="unit">{unit}</span>}
      </strong>
    </span>
  );
}

/** A loss in a sentence. */
function inWords({ loss, parts }: ToldLoss, steps: number): string {
  const words = parts.map((part) => {
    const values = { name: t(part.entry.word), value: figure(part.value) };
    if (!part.weight) return t('{name} {value}', values);
    const { entry, value } = part.weight;
    return t('{weight} {factor} times {name} {value}, which is {share}', {
      ...values,
      ...{
        weight: t(entry.word),
        factor: tickText(Number(value.toPrecision(4))),
        share: figure(part.share),
      },
    });
  });
  const unit = lossUnit.value;
  return t('In the latest steps ({steps} of them) an example costs {loss}: {parts}.', {
    steps,
    loss: `${figure(loss)} ${unit}`.trimEnd(),
    parts: listed(words),
  });
}

interface Row {
  readonly name: string;
  readonly told: ToldLoss;
}

/** Terms beside one another, on one scale; terms below 0 stand to the left of it. */
function Bars({ rows }: { rows: readonly Row[] }) {
  const sums = rows.map(({ told }) => [-1, 1].map((side) => sumOf(told.parts, side)));
  const low = Math.min(0, ...sums.map(([below]) => below!));
  const high = Math.max(0, ...sums.map(([, above]) => above!));
  const scale = 100 / (high - low || 1);
  return (
    <ul class="loss-bars">
      {rows.map(({ name, told }) => (
        <li key={name}>
          <span class="small">{name}</span>
          <span class="bar" role="img" aria-label={sharesInWords(told)}>
            {placed(told.parts).map(({ part, from }) => (
              <span
                key={part.entry.word}
                title={`${t(part.entry.word)}: ${figure(part.share)}`}
                style={{
                  left: `${(from - low) * scale}%`,
                  width: `${Math.abs(part.share) * scale}%`,
                  background: `var(${part.colour})`,
                }}
              />
            ))}
          </span>
          <span class="number small">{figure(told.loss)}</span>
        </li>
      ))}
    </ul>
  );
}

const sumOf = (parts: readonly LossPart[], side: number) =>
  parts.reduce((sum, { share }) => sum + (share * side > 0 ? share : 0), 0);

/** Parts with the places where they begin: each side of 0 in order. */
function placed(parts: readonly LossPart[]) {
  let [below, above] = [0, 0];
  return parts.map((part) => {
    if (part.share < 0) below += part.share;
    else above += part.share;
    return { part, from: part.share < 0 ? below : above - part.share };
  });
}

const sharesInWords = ({ parts }: ToldLoss) =>
  parts.map(({ entry, share }) => `${t(entry.word)}: ${figure(share)}`).join(', ');
