"""The same system in containers: what docker-compose.yml in the top folder runs."""
