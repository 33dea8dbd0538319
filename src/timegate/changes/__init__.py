"""What happened: facts as values, told in the past tense from old to new. No HTTP and no JSON in here."""
