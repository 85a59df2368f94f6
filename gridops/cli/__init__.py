"""The `gridops` command. Exit codes: 0 done, 2 refused input (nothing changed), 1 fault of ours."""

from __future__ import annotations

import importlib
import sys

import click

from gridops.core.errors import GridopsError, Invalid

# Which file holds which command: a command loads its own file only, so that each starts quickly.
COMMANDS = {
    "init": "upkeep",
    "doctor": "upkeep",
    "web": "servers",
    "worker": "servers",
    "beat": "servers",
    "up": "servers",
    "demo": "demo",
    "import": "imports",
    "export": "exports",
    "bulletin": "papers",
    "token": "people",
    "backup": "archive",
    "restore": "archive",
    "bench": "bench",
    "cert": "cert",
}


class _Commands(click.Group):
    """The commands by name; a file hangs its commands in when one of them is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS and cmd_name not in self.commands:
            importlib.import_module(f"gridops.cli.{COMMANDS[cmd_name]}").add_to(self)
        return self.commands.get(cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def gridops() -> None:
    """gridops 街道网格巡查与督查通报系统: see the README."""


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
    except _database_away() as away:
        cause = getattr(away, "orig", away)
        print(f"the database does not answer (see GRIDOPS_DATABASE_URL and `gridops doctor`): {cause}", file=sys.stderr)
        return 1


def _database_away() -> type[Exception]:
    """Asked for only when something went wrong: most commands need not wait for SQLAlchemy."""
    from sqlalchemy.exc import OperationalError

    return OperationalError
