"""Rules of a project's money: pure functions of facts, one file a rule."""
