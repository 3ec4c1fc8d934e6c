"""Django's PostgreSQL engine, which starts the private server before the first connection to it."""
