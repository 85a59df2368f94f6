// Home: where I stand, one big 上报, what else there is, how many things wait.

import { html, nothing } from "../lib/html.js";
import { chip, icon, link } from "../lib/ui.js";
import { hour } from "../lib/when.js";
import { t } from "../lib/words.js";

function greeting() {
  const until = [[5, t("夜深了")], [9, t("早上好")], [12, t("上午好")], [14, t("中午好")], [18, t("下午好")], [24, t("晚上好")]];
  return until.find(([end]) => hour() < end)[1];
}

async function load(_params, app) {
  const tasks = (await app.store.pack("tasks"))?.data?.tasks ?? [];
  return { tasks: tasks.length };
}

const tile = (hash, name, label, count) => html`<a class="tile" href=${hash}>${icon(name)}<span>${label}</span>${count ? chip(t("%(n)s 件", { n: count })) : nothing}</a>`;

function view(state, app) {
  const { me } = app;
  return html`<section class="card">
      <p><strong>${greeting()}</strong> <span class="soft">${me.name}</span></p>
      ${me.grids?.length ? html`<p class="soft">${me.grids.map((grid) => grid.name).join("、")}</p>` : nothing}
    </section>
    ${link(t("上报"), "#/report", { kind: "primary", name: "camera-plus" })}
    <nav class="tiles" aria-label=${t("工作")}>
      ${tile("#/outings", "users-group", t("联合执法"))}${tile("#/rounds", "moon", t("夜查"))}
      ${tile("#/tasks", "list-check", t("任务"), state.tasks)}${tile("#/near", "map-pins", t("附近"))}
    </nav>`;
}

export default { title: () => t("现场"), load, view, live: true };
