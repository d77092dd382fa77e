"""The demonstration's DNS server: authoritative for its zone file, and a resolver to ask."""
