"""The facts, as values: what differs between two versions, in the past tense. No HTTP and no JSON in here."""
