"""The `gridops` command. Exit codes: 0 done, 2 refused input (nothing changed), 1 fault of ours."""

from __future__ import annotations

import sys

import click

from gridops.cli import bench, demo, exports, imports, papers, people, servers, upkeep
from gridops.core.errors import GridopsError, Invalid


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def gridops() -> None:
    """gridops 街道网格巡查与督查通报系统: see the README."""


for module in (upkeep, servers, demo, imports, exports, papers, people, bench):
    module.add_to(gridops)


def main() -> int:
    """Run the command; errors that users may see become one line each, and exit code 2."""
    try:
        return int(gridops.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return 2
    except click.Abort:
        return 130
    except Invalid as refused:
        for error in refused.errors:
            print(f"{error.field}: {error.reason}", file=sys.stderr)
        return 2
    except GridopsError as refused:
        print(str(refused), file=sys.stderr)
        return 2
    except ValueError as wrong:
        if not str(wrong).startswith("GRIDOPS_"):
            raise
        print(str(wrong), file=sys.stderr)
        return 2
