"""A request on its way to the app, and its response on the way back."""
