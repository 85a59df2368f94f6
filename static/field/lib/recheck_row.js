// 待复查, one row: it leads into the round that is going on; where there is none it says what is needed first.

import { html } from "./html.js";
import { nameOf } from "./nights.js";
import { KIND_ICONS } from "./tasks.js";
import { due, icon } from "./ui.js";
import { t } from "./words.js";

export function recheckRow(one, rounds) {
  const open = rounds.find((round) => round.state === "open");
  const about = [t("未整改问题 %(n)s 个", { n: one.findings.length }), one.address].filter(Boolean).join(" · ");
  const words = html`<strong>${one.name}</strong><span class="soft">${about}</span><span class="row-end">${due(one.due_at)}</span>`;
  const mark = html`<span class="row-icon">${icon(KIND_ICONS.recheck)}</span>`;
  return open
    ? html`<li><a class="row" href="#/rounds/${nameOf(open)}/visit?premises=${one.premises}&recheck=yes">${mark}<span class="row-body">${words}</span>${icon("chevron-right")}</a></li>`
    : html`<li class="row">${mark}<span class="row-body">${words}<span class="soft">${t("开始或加入夜查后可复查")}</span></span></li>`;
}
