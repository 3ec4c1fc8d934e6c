"""How the world reaches us: wiring, pages, API, Excel; nothing imports it."""
