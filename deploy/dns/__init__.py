"""A small DNS server for the demonstration and the tests: authoritative for its zone file, and a resolver to ask."""
