"""One file per way out: send(channel) sends what is due there, and records what came of it."""
