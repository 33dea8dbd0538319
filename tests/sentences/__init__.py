"""The pages that say what happens with a request, statement by statement: each names the tests that hold it."""
