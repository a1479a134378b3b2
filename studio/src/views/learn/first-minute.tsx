import { useEffect } from 'preact/hooks';
import { addressOf } from '../../app/route.js';
import { t } from '../../language/language.js';
import { betaOf, shippedId, shippedNames } from '../../runs/shipped.js';
import { Notice } from '../../ui/notice.js';
import { Pictures } from '../../ui/pictures.js';
import { DigitChoice } from './digit-choice.js';
import { PlayDiagram } from './play-diagram.js';
import './learn.css';
import {
  asked,
  decoded,
  digit,
  digitPicture,
  digits,
  drawFromPrior,
  load,
  pictureOf,
  problem,
  showsPoints,
} from './play.js';
import { PlayMap, placeInWords } from './play-map.js';
import { TourButton, TourPanel } from './tour/tour-panel.js';

/** A trained model to play with at once: its map, digits to encode, and the image that it makes. */
export function FirstMinute() {
  useEffect(() => {
    // A step of the tour may have asked for another one.
    if (!asked.value) load('beta-1');
  }, []);
  if (problem.value) return <Notice kind="error">{problem.value}</Notice>;
  return (
    <>
      <TourButton />
      <TourPanel />
      <div class="play">
        <PlayMap />
        <div class="stack-tight">
          <BetaChoice />
          <Shown />
          <p class="small number play-place">{placeInWords()}</p>
          <div class="row">
            <button type="button" data-tour="prior" onClick={drawFromPrior}>
              {t('Draw z from the prior')}
            </button>
            <label class="check">
              <input
                type="checkbox"
                checked={showsPoints.value}
                onChange={(event) => {
                  showsPoints.value = event.currentTarget.checked;
                }}
              />
              {t('Test digits as points')}
            </label>
          </div>
          <DigitChoice />
          <p>
            <a href={addressOf('explore', shippedId(asked.value ?? 'beta-1'))}>
              {t('All of this model under Explore')}
            </a>
          </p>
        </div>
      </div>
      <PlayDiagram />
    </>
  );
}

/** Chooses the model to play with by the weight of its KL term. */
function BetaChoice() {
  return (
    <fieldset class="beta-choice row">
      <legend class="visually-hidden">{t('Model to play with')}</legend>
      <span class="small soft">{t('trained with')}</span>
      <span class="segments">
        {shippedNames.map((name) => (
          <label key={name}>
            <input
              type="radio"
              name="beta"
              checked={asked.value === name}
              onChange={() => load(name)}
            />
            β = {betaOf(name)}
          </label>
        ))}
      </span>
    </fieldset>
  );
}

/** The digit that is encoded, if one is, and the image decoded from z. */
function Shown() {
  const [from, at, made] = [digits.value, digit.value, decoded.value];
  return (
    <div class="play-images">
      {from && at !== undefined && (
        <figure>
          <Pictures
            images={digitPicture(from, at)}
            label={t('The digit {digit}', { digit: from.labels[at]! })}
          />
          <figcaption>{t('image')}</figcaption>
        </figure>
      )}
      {made && (
        <figure>
          <Pictures images={pictureOf(made.image)} label={t('Decoded image')} />
          <figcaption>{t('decoded')}</figcaption>
        </figure>
      )}
    </div>
  );
}
