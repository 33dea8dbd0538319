"""How time and memory grow with a request, and with a contract: crafted worst cases, counted and not timed."""
