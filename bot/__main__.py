"""Run the command line."""

from bot.cli import main

main()
