"""Models as a client of each version would have them, generated from the document that timegate derives for it."""
