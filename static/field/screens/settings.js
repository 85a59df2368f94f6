// 我的: who is signed in, how the app looks and sends, the phone's tests, signing out.

import { html, nothing } from "../lib/html.js";
import { device } from "../lib/device.js";
import { areasOf } from "../lib/ground.js";
import { button, check, confirm, icon, link, notice, segments } from "../lib/ui.js";
import { paintTheme } from "../lib/theme.js";
import { language, speak, t } from "../lib/words.js";

async function load(_params, app) {
  return { roles: app.me.roles };
}

async function keep(app, name, value) {
  await device.set(name, value);
  paintTheme();
  app.redraw();
}

// What was downloaded says its sentences in the language in which it was asked for.
async function changeLanguage(app, value) {
  await speak(value);
  await keep(app, "language", value);
  app.refresh().catch((fault) => console.error(fault));
}

async function leave(app) {
  const { waiting, stuck } = app.counts;
  const left = waiting + stuck;
  const words = left ? t("还有 %(n)s 条没有送达。它们保留在这部手机上，只有您本人再次登录后才会发送；别人看不到。", { n: left }) : t("退出后，下载到手机上的人员和案件资料会清除。");
  if (await confirm(t("退出登录？"), words, t("退出登录"))) await app.signOut();
}

function view(_state, app) {
  const { me } = app;
  const version = document.querySelector('meta[name="gridops-version"]').content;
  return html`<section class="card"><h2>${me.name}</h2><dl class="facts"><dt>${t("工号")}</dt><dd>${me.staff_no}</dd><dt>${t("辖区")}</dt><dd>${areasOf(me)}</dd>${me.unit ? html`<dt>${t("单位")}</dt><dd>${me.unit.name ?? me.unit}</dd>` : nothing}</dl></section>
    <section class="card"><h2>${t("显示")}</h2>
      ${segments("theme", t("明暗"), [["auto", t("日落后自动变暗")], ["light", t("浅色")], ["dark", t("深色")]], device.get("theme", "auto"), (value) => keep(app, "theme", value))}
      ${check("big", t("大字模式"), device.get("big"), (value) => keep(app, "big", value))}
      ${segments("language", t("语言"), [["zh", "中文"], ["en", "English"]], language(), (value) => changeLanguage(app, value))}</section>
    <section class="card"><h2>${t("发送")}</h2>
      ${check("saver", t("省流量"), device.get("saver"), (value) => keep(app, "saver", value).then(() => app.engine.wake()), { hint: t("记录立即发送，照片、录音、录像等连上 Wi-Fi 再传") })}
      ${device.get("saver") && !navigator.connection?.type ? notice("info", t("这个浏览器分不清 Wi-Fi 和流量"), t("照片、录音、录像会等您在下面确认后再传。"), button(t("现在传照片、录音、录像"), () => app.sendPictures(), { kind: "quiet", name: "photo-up" })) : nothing}</section>
    <section class="card"><h2>${t("这部手机")}</h2><div class="buttons">${link(t("检查手机"), "#/start", { name: "device-mobile" })}${link(t("现场校准"), "#/calibrate", { name: "current-location" })}</div><p class="soft num">${t("版本 %(v)s", { v: version })}</p></section>
    <div class="buttons"><a class="button quiet" href="/account">${icon("user-circle")}<span>${t("账号与密码")}</span></a>${button(t("退出登录"), () => leave(app), { kind: "quiet", name: "logout" })}</div>`;
}

export default { title: () => t("我的"), load, view };
