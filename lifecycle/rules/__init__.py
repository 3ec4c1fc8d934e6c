"""Rules of a project's life: pure functions of facts, one file a rule."""
