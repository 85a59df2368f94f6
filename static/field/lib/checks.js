// What this phone and browser can do: asked one by one at the first start and in the settings.

import { askToKeep } from "./lasting.js";
import { room } from "./room.js";
import { joined, t } from "./words.js";

const good = (words) => ({ tone: "good", words });
const bad = (words, todo) => ({ tone: "wait", words, todo });

const inWeChat = () => /MicroMessenger/i.test(navigator.userAgent);
const inDingTalk = () => /DingTalk/i.test(navigator.userAgent);
// In a page of another app, which keeps nothing reliably.
export const insideAnother = () => inWeChat() || inDingTalk();
export const openOutside = () => t("请点右上角“…”，选择在浏览器打开；在微信、钉钉里不能可靠保存。");

function browser() {
  if (insideAnother()) return bad(inWeChat() ? t("正在微信里打开") : t("正在钉钉里打开"), openOutside());
  return globalThis.isSecureContext ? good(t("连接安全")) : bad(t("不是安全连接"), t("相机、定位和离线打开都需要 https 地址，请向管理员索取。"));
}

async function worker() {
  if (!("serviceWorker" in navigator) || !globalThis.isSecureContext) return bad(t("不能离线打开"), t("应用开着时仍会保存并排队发送，但关掉后没有网络就打不开。请换用新版 Chrome、Edge 或系统浏览器。"));
  const ready = await Promise.race([navigator.serviceWorker.ready, new Promise((done) => { setTimeout(done, 4000); })]);
  return ready ? good(t("没有网络也能打开")) : bad(t("离线文件还没有下载完"), t("请在网络好的地方多等一会儿再试。"));
}

// "820 MB", "10.7 GB".
const MEGABYTE = 1_000_000;
export const sizeOf = (bytes) => (bytes < 1000 * MEGABYTE ? `${Math.round(bytes / MEGABYTE)} MB` : `${(bytes / (1000 * MEGABYTE)).toFixed(1)} GB`);

async function lasting() {
  const kept = await askToKeep();
  const bytes = await room();
  const words = Number.isFinite(bytes) ? t("可用空间约 %(size)s", { size: sizeOf(bytes) }) : "";
  return kept ? good(joined([t("记录会长期保存"), words], "，")) : bad(joined([t("浏览器未答应长期保存"), words], "，"), t("请把应用添加到主屏幕后再试；在此之前请当天发送完。"));
}

async function camera() {
  if (!navigator.mediaDevices?.getUserMedia) return bad(t("不能直接拍照"), t("仍可用系统相机拍照后选取。"));
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    stream.getTracks().forEach((track) => track.stop());
    return good(t("相机可用"));
  } catch {
    return bad(t("没有相机权限"), t("请在浏览器的网站设置里允许使用相机；在此之前可从相册选取。"));
  }
}

function place() {
  if (!navigator.geolocation) return Promise.resolve(bad(t("不能定位"), t("上报时请在地图上选点。")));
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done(good(t("定位可用，误差约 %(m)s 米", { m: Math.round(coords.accuracy) }))),
      (error) => done(error.code === error.PERMISSION_DENIED ? bad(t("没有定位权限"), t("请在浏览器的网站设置里允许定位；在此之前请在地图上选点。")) : bad(t("暂时定不到位"), t("到开阔处再试；室内可用上次的位置或在地图上选点。"))),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

export const CHECKS = () => [
  ["browser", t("浏览器"), "world", browser],
  ["worker", t("离线"), "cloud-off", worker],
  ["lasting", t("存储"), "database", lasting],
  ["camera", t("相机"), "camera", camera],
  ["place", t("定位"), "current-location", place],
];
