"""The chapters of reports: facts in, a Section out. No query, no clock, no format; each number in one cell, once."""
