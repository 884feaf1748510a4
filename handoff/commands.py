"""What an administrator does from the command line: adding people, giving a new one-time password."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from storage.staff import ROLES, NameRefused, StaffAccounts


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The subcommands of `python -m handoff` that change accounts."""
    commands = parser.add_subparsers(dest="command", metavar="command")
    adding = commands.add_parser("add-counsellor", help="add a person and print the one-time password")
    adding.add_argument("user_name", help="what the person signs in with")
    adding.add_argument("alias", help="the only name that children and colleagues see")
    adding.add_argument("--role", choices=ROLES, default="counsellor")
    resetting = commands.add_parser("reset-password", help="print a new one-time password and end the sessions")
    resetting.add_argument("user_name")


async def run_command(accounts: StaffAccounts, arguments: argparse.Namespace) -> int:
    """Do what was asked; gives the exit code. The password is printed once and kept nowhere."""
    try:
        if arguments.command == "add-counsellor":
            password = await accounts.add(arguments.user_name, arguments.alias, arguments.role)
        else:
            password = await accounts.reset_password(arguments.user_name)
    except NameRefused as error:
        print(f"not done: {error}", file=sys.stderr)
        return 1
    print(f"one-time password of {arguments.user_name}: {password}")
    return 0


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The arguments of `python -m handoff`; no command means: serve the console."""
    parser = argparse.ArgumentParser(prog="python -m handoff", description="The console for counsellors.")
    add_commands(parser)
    return parser.parse_args(argv)
