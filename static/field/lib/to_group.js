// 发到工作群: the person looks at each photo first, then sees what will go out, then shares it.

import { groupPicture, share } from "../photo/group_picture.js";
import { hideParts } from "../photo/hide_parts.js";
import { html } from "./html.js";
import { button, notice, sheet, toast } from "./ui.js";
import { t } from "./words.js";

// As of groupPicture(), with photos as they were taken.
export async function offerToGroup({ before = null, after = null, number, unit, left, words }) {
  const shown = {};
  for (const [role, blob] of Object.entries({ before, after })) {
    if (!blob) continue;
    shown[role] = await hideParts(blob);
    if (!shown[role]) return;
  }
  const picture = await groupPicture({ ...shown, number, unit, left, words });
  const url = URL.createObjectURL(picture);
  const out = async (close) => {
    const how = await share(picture, `${number ?? "gridops"}.jpg`);
    if (how !== "left") close(how);
  };
  const how = await sheet(t("发到工作群"), (close) => html`<img class="photo-large" src=${url} alt=${t("要发出的图片")}>
    ${notice("info", t("图片里没有姓名、车牌和电话"), t("发出后，群里的人知道这件事已经登记，不再重复上报。"))}
    ${button(t("发出"), () => out(close), { kind: "primary", name: "share" })}`);
  URL.revokeObjectURL(url);
  if (how === "saved") toast(t("图片已存到手机，请到工作群里发送。"));
}
