"""``python -m webhooks_platform.embedded run`` and ``... exec [--durable] -- COMMAND``."""

import argparse
import sys

from webhooks_platform.embedded.console import complain
from webhooks_platform.embedded.errors import LaunchError
from webhooks_platform.embedded.launcher import execute, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m webhooks_platform.embedded")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run_parser = verbs.add_parser("run", help="start the product with its own servers")
    run_parser.add_argument("--follow-parent", action="store_true", help="stop when the process that started this ends")
    exec_parser = verbs.add_parser("exec", help="run a command with throw-away servers")
    exec_parser.add_argument("--durable", action="store_true", help="with fsync, as in production")
    exec_parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    try:
        if arguments.verb == "exec":
            return execute(arguments.command, durable=arguments.durable)
        run(follow_parent=arguments.follow_parent)
    except LaunchError as error:
        complain(f"\n{error}")
        return 1
    return 0


sys.exit(main())
