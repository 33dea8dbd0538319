"""Two releases of the server behind one balancer: upgraded and rolled back under load."""
