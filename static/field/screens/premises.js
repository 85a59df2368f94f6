// One enterprise, site or shop: what is open there, and in which round a visit is recorded.

import { html, nothing } from "../lib/html.js";
import { nameOf, nights } from "../lib/nights.js";
import { premisesOf } from "../lib/places.js";
import { chip, due, empty, icon, link, moment, notice, time } from "../lib/ui.js";
import { t } from "../lib/words.js";

async function load({ id }, app) {
  const data = await premisesOf(app.store);
  const found = await nights(app);
  return { place: data.premises.find((one) => String(one.id) === id), data, id, rounds: found.rounds.filter((round) => round.state === "open" || round.state === "ended") };
}

const named = (list, value) => list.find((one) => one.value === value)?.name ?? value;

function view(state) {
  const { place, data, rounds, id } = state;
  return html`${place ? html`<section class="card"><h2>${place.name}</h2><p>${named(data.kinds, place.kind)} ${chip(t("风险：%(risk)s", { risk: named(data.risks, place.risk) }))}</p>
      <dl class="facts">${place.address ? html`<dt>${t("地址")}</dt><dd>${place.address}</dd>` : nothing}${place.credit_code ? html`<dt>${t("信用代码")}</dt><dd class="num">${place.credit_code}</dd>` : nothing}
        <dt>${t("本年行政检查")}</dt><dd>${t("%(n)s 次", { n: place.visits_this_year })}</dd>${place.last_visited_at ? html`<dt>${t("上次检查走访")}</dt><dd>${moment(place.last_visited_at)}</dd>` : nothing}</dl></section>
    ${place.open.length ? html`<section class="card"><h2>${t("未整改的问题")} <span class="num">${place.open.length}</span></h2><ul class="list">${place.open.map((one) => html`<li>${one.text || t("（未写明）")} ${due(one.due_at)}</li>`)}</ul></section>` : nothing}` : empty(t("这个场所不在本机下载的范围内，仍可登记检查走访，送达后归入。"), "building-store")}
    ${rounds.length ? html`<section><h2>${t("记在哪次夜查？")}</h2><ul class="rows">${rounds.map((round) => html`<li><a class="row" href="#/rounds/${nameOf(round)}/visit?premises=${id}"><span class="row-icon">${icon("moon")}</span><span class="row-body"><strong>${round.theme || t("夜查")}</strong><span class="soft num">${round.number ?? ""} ${time(round.started_at)}</span></span>${icon("chevron-right")}</a></li>`)}</ul></section>`
      : notice("wait", t("您不在进行中的夜查里"), t("检查走访须记在一次夜查中。"), link(t("加入或开始夜查"), "#/rounds", { kind: "quiet", name: "moon" }))}
    ${link(t("上报这里的问题"), "#/report", { name: "camera-plus" })}`;
}

export default { title: (state) => state?.place?.name ?? t("场所"), load, view };
