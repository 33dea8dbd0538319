"""``python -m timegate.cli`` is the command `timegate`."""

from timegate.cli import main

main()
