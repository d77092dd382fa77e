"""One module per kind of server: prepare(stack) writes its files, server(stack) says how to run it."""
