"""A module per kind of server: prepare(stack) writes its files, server(stack) runs it."""
