// Distances and directions in words.

import { lasted } from "../lib/when.js";
import { t } from "../lib/words.js";

// "12 米", "1.3 公里", "3 公里".
export function metres(distance) {
  if (distance < 995) return t("%(n)s 米", { n: distance < 100 ? Math.round(distance) : Math.round(distance / 10) * 10 });
  const far = distance / 1000;
  return t("%(n)s 公里", { n: far < 9.95 ? Number(far.toFixed(1)) : Math.round(far) });
}

// The eighth of the compass that degrees from north lie in.
export function direction(degrees) {
  const eighths = [t("北"), t("东北"), t("东"), t("东南"), t("南"), t("西南"), t("西"), t("西北")];
  return eighths[Math.round((((degrees % 360) + 360) % 360) / 45) % 8];
}

// "刚才", "20 分钟前": how long ago by the phone's own clock.
export const age = (ms) => (ms < 60_000 ? t("刚才") : t("%(time)s前", { time: lasted(ms) }));
