"""Ways of saying the same, put into the words that the grammar knows before anything is read."""
