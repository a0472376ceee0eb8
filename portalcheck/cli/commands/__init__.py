"""The commands, one file each, each with a function of its name."""
