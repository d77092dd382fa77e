"""Everything around the panel: mail servers, database, the demonstration's DNS, and how to start all of it."""
