"""Mail programs that set themselves up: what they ask for, each in its own form."""
