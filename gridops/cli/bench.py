"""`gridops bench`: measure the program beside its floors, as `bench/run` does."""

from __future__ import annotations

import os

import click

from config import ROOT


def add_to(group: click.Group) -> None:
    """Hang the command of this file into the group."""
    group.add_command(bench)


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def bench(options: tuple[str, ...]) -> None:
    """Measure speed; takes the options of bench/run (--help names them)."""
    program = str(ROOT / "bench" / "run")
    os.execv(program, [program, *options])  # noqa: S606  our own script
