// The territory that the phone holds, read once for each version of it.

import { Territory } from "../place/grids.js";

let kept = { mark: null, territory: null };

export async function territoryOf(store) {
  const pack = await store.pack("grids");
  const mark = pack ? `${store.userId} ${pack.etag ?? pack.at}` : null;
  if (!kept.territory || kept.mark !== mark) kept = { mark, territory: new Territory(pack?.data ?? null) };
  return kept.territory;
}
