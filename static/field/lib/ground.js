// The territory that the phone holds, read once for each version of it.

import { Territory } from "../place/grids.js";
import { device } from "./device.js";
import { joined, t } from "./words.js";

let kept = { mark: null, territory: null };

export async function territoryOf(store) {
  const pack = await store.pack("grids");
  const nearestM = device.get("user")?.nearest_grid_within_m; // as this deployment is set
  const mark = pack ? `${store.userId} ${pack.etag ?? pack.at} ${nearestM}` : null;
  if (!kept.territory || kept.mark !== mark) kept = { mark, territory: new Territory(pack?.data ?? null, { nearestM }) };
  return kept.territory;
}

const FEW = 3;
// Where somebody works, in words: the parts of the territory for which they hold a role.
export function areasOf({ grids = [], root }) {
  const more = grids.length > FEW ? t("等 %(n)s 处", { n: grids.length }) : "";
  return grids.length ? joined(grids.slice(0, FEW).map((grid) => grid.name)) + more : root?.name ?? "";
}
