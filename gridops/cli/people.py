"""Tokens for other programs."""

from __future__ import annotations

import click

from gridops.cli import base
from gridops.core import db
from gridops.core.errors import NotFound
from gridops.people.queries.keeping import user_by_name
from gridops.people.service import create_token


def add_to(group: click.Group) -> None:
    """Hang the commands of this file into the group."""
    group.add_command(token)


@click.group()
def token() -> None:
    """API tokens."""


@token.command("create")
@click.argument("username")
def create(username: str) -> None:
    """Print a new API token of a person, once; only its hash is kept."""
    base.opened()
    with db.transaction() as session:
        user = user_by_name(session, username)
        if user is None:
            raise NotFound(f"no person with the user name {username}")
        made = create_token(session, user.id)
    click.echo(made)
