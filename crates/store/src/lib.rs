//! SQLite or PostgreSQL by URL: transactions, migrations, event log, job queue, files.
