"""The reference of the vocabulary, made of the code and of one example for each fact."""
