"""Django's backend for PostgreSQL, with a pool that is back as soon as its server is."""
