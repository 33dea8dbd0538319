"""FastAPI's and Starlette's own tests: what passes bare passes behind the middleware too.

``make test-suites`` runs them from their source distributions; ``SHARE=20`` only those files that a seed picks.
"""
