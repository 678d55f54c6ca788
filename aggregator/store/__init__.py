"""The database: one module per noun; nothing outside this folder knows SQLAlchemy or SQL."""
