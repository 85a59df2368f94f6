"""Which running cases are asked to follow settings that changed: those under a condition, or in an area (pure)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Wish:
    """The cases of a root that stand under an earlier version of a condition (any of its versions names it), or lie in
    a grid whose class is another now. `after`: up to which id it is done, so that the work can be done in portions;
    `moved`: how many cases those before it changed.
    """

    root_id: int
    actor_id: int
    condition_id: int | None = None
    grid_id: int | None = None
    after: int = 0
    moved: int = 0

    @property
    def key(self) -> str:
        """The wish as the key of a piece of owed work."""
        return f"{self.root_id}/{self.actor_id}/{self.condition_id or 0}/{self.grid_id or 0}/{self.after}/{self.moved}"

    @classmethod
    def of(cls, key: str) -> Wish:
        """The wish that a key names; ValueError for any other text."""
        root_id, actor_id, condition_id, grid_id, *done = map(int, key.split("/"))
        return cls(root_id, actor_id, condition_id or None, grid_id or None, *done)

    def from_here(self, after: int, changed: int = 0) -> Wish:
        """What is left of it after a case, with what changed up to it."""
        return replace(self, after=after, moved=self.moved + changed)
