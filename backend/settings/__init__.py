"""Settings: base for every use, test for the tests."""
