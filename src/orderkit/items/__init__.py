"""The room of the item: what lives of a line, one by one or a few together."""
