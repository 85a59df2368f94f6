"""A contract type for import-linter, named in pyproject.toml."""

from typing import Any

from grimp import ImportGraph
from importlinter import ContractCheck
from importlinter.contracts.forbidden import ForbiddenContract


class ForbiddenIfPresent(ForbiddenContract):
    """`forbidden`, for rooms some of which have not opened yet.

    import-linter can call a layer optional, but stops at a forbidden contract that names a missing module. Names are
    therefore compared with the contract of layers in test_imports.py, where a slip of the pen would show.
    """

    type_name = "forbidden_if_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        self.source_modules = _present(self.source_modules, graph)
        self.forbidden_modules = _present(self.forbidden_modules, graph)
        return super().check(graph, verbose)


def _present(expressions: Any, graph: ImportGraph) -> Any:
    return {e for e in expressions if e.has_wildcard_expression() or e.expression in graph.modules}
