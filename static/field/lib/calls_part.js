// One tap to who leads where I work and to my unit, else the one above it or the desk's: three at most, people first.

import { html, nothing } from "./html.js";
import { icon } from "./ui.js";
import { t } from "./words.js";

const PEOPLE = 2;

// `role`: what the one who is called is to the person who calls.
export const callOne = (role, name, phone) => html`<a class="button plain" href="tel:${phone}">${icon("phone")}<span class="call-words">${role ? html`<small>${role}</small>` : nothing}<span>${name}</span></span></a>`;

// `phones`: what pack part `phones` holds.
export function callsPart(phones) {
  const people = (phones?.people ?? []).filter(({ phone }) => phone).slice(0, PEOPLE);
  const unit = (phones?.units ?? []).find(({ phone }) => phone);
  if (!people.length && !unit) return nothing;
  return html`<nav class="calls" aria-label=${t("一键呼叫")}>${people.map(({ role_name, name, phone }) => callOne(role_name, name, phone))}${unit ? callOne(unit.why === "mine" ? t("本单位") : "", unit.name, unit.phone) : nothing}</nav>`;
}
