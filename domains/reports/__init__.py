"""DMARC aggregate reports: what receivers say of mail that claims to be from a domain."""
