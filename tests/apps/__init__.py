"""Real applications: each is read whole, and every model of it that JSON reaches is tried to change, one at a time.

``make test-apps`` installs each application into an environment of its own; ``APPS="prefect titiler"`` narrows it.
"""
