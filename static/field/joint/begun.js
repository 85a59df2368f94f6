// 未完成的登记: forms of visits, incidents and hand-overs that were begun and not sent, each with the way back to it.

import { html, nothing } from "../lib/html.js";
import { row, time } from "../lib/ui.js";
import { t } from "../lib/words.js";

const LOOKS = {
  visit: ({ id, round, place }) => ({ name: "building-store", to: `rounds/${encodeURIComponent(round.name)}/visit?draft=${id}`, title: place.name, of: round.theme || t("夜查") }),
  incident: ({ id, outing, items, party }) => ({ name: "lock", to: `outings/${encodeURIComponent(outing.id)}/incident?draft=${id}`, title: items[0]?.name || party || t("扣押、保存、移送"), of: outing.campaign?.name }),
  handover: ({ id, outing, what }) => ({ name: "arrows-exchange", to: `outings/${encodeURIComponent(outing.id)}/handover?draft=${id}`, title: what || t("现场移交"), of: outing.campaign?.name }),
};

export const KINDS = Object.keys(LOOKS);

// `forms`: as begunForms gives them.
export function begunPart(forms) {
  if (!forms.length) return nothing;
  return html`<section aria-labelledby="begun-title" class="block"><h2 id="begun-title">${t("未完成的登记")} <span class="num">${forms.length}</span></h2><ul class="rows">${forms.map(({ kind, content, at }) => {
    const { name, to, title, of } = LOOKS[kind](content);
    return row(`#/${to}`, { name, title, lines: [of, time(new Date(at).toISOString())] });
  })}</ul></section>`;
}
