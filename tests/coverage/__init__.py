"""Every kind of breaking change that a tool tells apart: mended by which fact, by which decision, or why not."""
