"""The commands, one verb or a pair of them in a module. Each module names what it holds in `COMMANDS`."""
