"""Kuploy from the command line: a client of its API, and of nothing else."""
