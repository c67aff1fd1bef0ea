"""`python -m emspec` is the `emspec` command."""

from emspec.cli import main

main()
