"""The load proof: many workers of mixed versions on one server, and a server that is killed among them."""
