// Small pieces that the screens of joint enforcement share.

import { html, nothing } from "../lib/html.js";
import { stateOf } from "../lib/records.js";
import { uuid } from "../lib/ids.js";
import { chip, icon, link, notice } from "../lib/ui.js";
import { lasted } from "../lib/when.js";
import { joined, labelled, t } from "../lib/words.js";
import { troubles } from "./outings.js";

const LOOKS = () => ({ planned: ["wait", "calendar-event", t("已计划")], open: ["good", "player-play", t("进行中")], ended: ["", "circle-check", t("已结束")], cancelled: ["", "circle-x", t("已取消")] });

export function stateChip(state) {
  const [tone, name, words] = LOOKS()[state];
  return chip(words, { tone, name });
}

export const INCIDENT_ICONS = { seized: "lock", impounded: "car", preserved: "archive", referred: "send", other: "note" };

// How long the app stood in front at an outing or round: nobody is judged by it.
export const inFront = (app, ref) => html`<p class="soft">${t("前台记录时长 %(time)s（只供本人查看，不作考核）", { time: lasted(app.track?.inFront(ref) ?? 0) })}</p>`;

export const unnamed = () => t("由负责人手机同步后显示名称");

// How far a record of this phone came; nothing once it has been delivered.
export function onTheWay(record) {
  if (record.state === "confirmed" && !record.receipt?.held_because) return nothing;
  const { tone, name, words } = stateOf(record);
  return chip(words, { tone, name });
}

// Why the server did not take a record, in its sentences.
export const why = (record) => record.receipt?.held_because || joined((record.errors ?? []).map(({ reason }) => reason), "；") || record.reason || stateOf(record).words;

// Where a record is put right: on its form, else in the ledger.
export const mending = (record) => record.about?.edit ?? `#/ledger/${record.id}`;

// Over a form that was begun before; another one can be begun beside it.
export const resumed = (to) => notice("info", t("上次没有填完，内容都在。"), "", link(t("另填一张"), `${to}?draft=${uuid()}`, { kind: "quiet", name: "plus" }));

export function troublesPart(outing) {
  const found = troubles(outing);
  if (!found.length) return nothing;
  return notice("wait", t("有 %(n)s 条记录需要处理", { n: found.length }), "", html`<ul class="troubles">${found.map((record) => html`<li><a class="button quiet" href=${mending(record)}>${icon("pencil")}<span>${labelled(record.about?.title ?? "", why(record))}</span></a></li>`)}</ul>`);
}
