// 发到工作群: the person looks at each photo first, then sees what will go out and confirms it, then shares it.

import { html } from "./html.js";
import { button, check, notice, sheet, toast } from "./ui.js";
import { t } from "./words.js";

// What draws the picture comes a little later than the app itself.
async function tools() {
  try {
    const [{ groupPicture, share }, { hideParts }] = await Promise.all([import("../photo/group_picture.js"), import("../photo/hide_parts.js")]);
    return { groupPicture, share, hideParts };
  } catch (fault) {
    console.warn(fault);
    toast(t("“发到工作群”还没有下载完，请联网后再试。"), { tone: "wait" });
    return null;
  }
}

// `before`, `after`: photos as they were taken. What is printed comes from what the system knows (number, category, grid,
// unit, time left), never from what somebody wrote.
export async function offerToGroup({ before = null, after = null, number, category, grid, unit, left }) {
  const drawing = await tools();
  if (!drawing) return;
  const shown = {};
  for (const [role, blob] of Object.entries({ before, after })) {
    if (!blob) continue;
    shown[role] = await drawing.hideParts(blob);
    if (!shown[role]) return;
  }
  const picture = await drawing.groupPicture({ ...shown, number, unit, left, words: [category, grid] });
  const url = URL.createObjectURL(picture);
  const out = async (close) => {
    const how = await drawing.share(picture, `${number ?? "gridops"}.jpg`);
    if (how !== "left") close(how);
  };
  let sure = false; // only who looks at it can say so
  const how = await sheet(t("发到工作群"), (close, draw) => html`<img class="photo-large" src=${url} alt=${t("要发出的图片")}>
    ${notice("info", t("请确认图片里没有人脸、姓名、车牌和电话"), t("发出后，群里的人知道这件事已经登记，不再重复上报。"))}
    ${check("group-sure", t("我已看过，图片里没有这些内容"), sure, (checked) => { sure = checked; draw(); })}
    ${button(t("发出"), () => out(close), { kind: "primary", name: "share", disabled: !sure })}`);
  URL.revokeObjectURL(url);
  if (how === "saved") toast(t("图片已存到手机，请到工作群里发送。"));
}
