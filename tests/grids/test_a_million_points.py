"""A million points go through in one batch."""

from __future__ import annotations

import numpy as np

from tests.grids.test_points import town


def test_a_million_points_in_one_batch() -> None:
    rng = np.random.default_rng(2017)
    lons, lats = rng.uniform(119.999, 120.021, 1_000_000), rng.uniform(30.999, 31.021, 1_000_000)
    index = town()
    many = index.locate_many(lons, lats)
    assert len(many.grid_ids) == len(many.version_ids) == 1_000_000
    inside = (lons >= 120.0) & (lons <= 120.02) & (lats >= 31.0) & (lats <= 31.02)
    assert int((many.grid_ids != 0).sum()) == int(inside.sum())
    by_code = {node.code: int((many.grid_ids == node.grid_id).sum()) for node in index.nodes}
    assert by_code["S"] == 0
    assert int((inside & (lons < 120.01) & (lats > 31.011)).sum()) == by_code["S1a"]
    assert int((inside & (lons > 120.01)).sum()) == by_code["S2"]
