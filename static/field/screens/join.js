// Checking in by the leader's code: of an outing or a round, also where this phone has never heard of it.

import { html, nothing } from "../lib/html.js";
import { plainCode } from "../lib/ids.js";
import { button, icon, link, notice } from "../lib/ui.js";
import { t } from "../lib/words.js";
import { findOuting, readOutings } from "../joint/outings.js";
import { unnamed } from "../joint/parts.js";
import { scanToJoin } from "../joint/squad.js";

const ROOMS = new Set(["outing", "round"]);

async function load({ room, id, code, query, again }, app) {
  const state = { room: ROOMS.has(room) ? room : null, id: id ?? null, given: code ?? query.code ?? "", done: again?.done ?? false };
  state.code = plainCode(state.given);
  if (state.room === "outing") {
    const known = findOuting((await readOutings(app)).list, id);
    if (known?.known) Object.assign(state, { name: known.campaign?.name, number: known.number, here: known.checked_in });
  }
  if (state.room === "round") {
    const rounds = (await app.store.pack("rounds"))?.data?.rounds ?? [];
    const known = rounds.find((one) => one.record === id || one.number === id);
    if (known) Object.assign(state, { name: known.theme || t("夜查"), number: known.number, here: known.checked_in });
  }
  return state;
}

const onward = ({ room, id }) => (room ? `#/${room}s/${encodeURIComponent(id)}` : "#/outings");

async function checkIn(state, app) {
  const { room, id, code, name } = state;
  const body = room ? { [room]: id, code } : { code };
  await app.capture({ type: "check_in", body, about: { title: t("签到"), note: name ?? "", subject: id ?? "" } });
  app.toast(t("已签到。"));
  // The way back does not lead to this page again.
  location.replace(onward(state));
}

function view(state, app) {
  if (!state.code) {
    return html`${state.given ? notice("wait", t("这不是签到二维码。")) : nothing}<p class="soft">${t("扫负责人手机上的二维码，没有网络也可以签到。")}</p>
      <div class="thumb">${button(t("扫码签到"), () => scanToJoin(app), { kind: "primary", name: "scan" })}</div>`;
  }
  const kind = { outing: t("联合执法"), round: t("夜查") }[state.room] ?? t("联合执法或夜查");
  return html`<section class="card"><p class="soft">${icon(state.room === "round" ? "moon" : "users-group")} ${kind}</p>
      <h2>${state.name ?? (state.room ? unnamed() : t("名称由系统按签到码给出"))}</h2>
      ${state.number ? html`<p class="num soft">${state.number}</p>` : nothing}
      ${state.here ? notice("good", t("您已签到")) : state.name ? nothing : html`<p class="soft">${t("签到记录先保存在手机里，联网后送达并归到这次行动。")}</p>`}</section>
    <div class="thumb">${state.here ? link(t("打开"), onward(state), { kind: "primary", name: "arrow-right" }) : button(t("签到"), () => checkIn(state, app), { kind: "primary", name: "user-check" })}</div>`;
}

export default { title: () => t("签到"), load, view, live: true };
