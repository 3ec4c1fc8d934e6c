"""The ledger of one project, as a file: CSV, XLSX, JSON and beancount."""
