"""Everything around the panel: mail servers, database, DNS, and how to start all of it."""
