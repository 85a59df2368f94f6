// The camera's live picture: asked for, lit, always stopped again; what is said where there is none.

import { t } from "../lib/words.js";

/** A live picture from the camera of this side; rejects with an Error whose `reason` sayNoCamera() knows. */
export async function openStream(facing, wanted = {}) {
  if (!navigator.mediaDevices?.getUserMedia) throw fault(globalThis.isSecureContext ? "none" : "insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: facing }, ...wanted } });
  } catch (refused) {
    const reasons = { NotAllowedError: "denied", SecurityError: "denied", NotReadableError: "busy", AbortError: "busy" };
    throw fault(reasons[refused.name] ?? "none");
  }
}

function fault(reason) {
  return Object.assign(new Error(reason), { reason });
}

/** Lets go of the camera; the light goes out with it. */
export function stopStream(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

export const hasTorch = (stream) => Boolean(stream?.getVideoTracks()[0]?.getCapabilities?.().torch);

/** Switches the light; says whether it is on now. */
export async function light(stream, on) {
  try {
    await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
    return on;
  } catch {
    return false;
  }
}

/** How many cameras the phone has; 1 where it does not say. */
export async function cameras() {
  try {
    const found = await navigator.mediaDevices.enumerateDevices();
    return found.filter((one) => one.kind === "videoinput").length || 1;
  } catch {
    return 1;
  }
}

/** [what is the matter, what to do] for the reason why there is no picture. */
export function sayNoCamera(reason) {
  if (reason === "denied") return [t("相机没有打开：没有得到使用相机的许可。"), t("请在浏览器的网站设置里允许使用相机，再点重试。")];
  if (reason === "busy") return [t("相机没有打开：别的应用正在使用它。"), t("请关闭那个应用，再点重试。")];
  if (reason === "insecure") return [t("相机没有打开：这个网址不是安全连接。"), t("请用 https 开头的网址打开本应用。")];
  return [t("没有找到可用的相机。"), t("请检查手机的相机，再点重试。")];
}
