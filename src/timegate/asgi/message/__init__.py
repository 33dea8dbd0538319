"""The parts of HTTP messages: header fields, bodies, parameters, entity tags, problems."""
